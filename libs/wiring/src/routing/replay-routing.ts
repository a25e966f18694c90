import { createHash } from 'node:crypto';
import {
  replayRouting,
  type ReplayPolicy,
  type RouteConversation,
  routing,
  type RoutingReplay,
  type RoutingRunner,
  type RoutingState,
} from '#capabilities';
import { type EpochMs, type Reaction, type RecordedEvent, START } from '#kernel';
import { type EventSource } from '#platform/consumers';
import { type KeyMemory, runKey } from '#platform/reactions';
import { type Pseudonyms } from '#platform/vault';
import { type DecodeEvents } from '../sealing.js';
import { outcomeId } from './tell-item.js';

export interface RoutingReplayRequest {
  readonly policy: ReplayPolicy;
  /** Without it, from the first event. */
  readonly from?: EpochMs;
  /** Without it, to the last event there is when it begins. */
  readonly to?: EpochMs;
  readonly signal: AbortSignal;
}

export interface RoutingReplayPorts {
  readonly source: EventSource;
  readonly decode: DecodeEvents;
  readonly vault: Pseudonyms;
}

const PAGE = 1_000;

/** Replays what was decided, and what another policy would have. It reads the log and stores nothing. */
export async function replayStoredRouting(
  { source, decode, vault }: RoutingReplayPorts,
  { policy, from = -Infinity, to = Infinity, signal }: RoutingReplayRequest,
): Promise<RoutingReplay> {
  const head = Number.isFinite(to) ? await source.positionAt(to) : await source.head();
  const before = Number.isFinite(from) ? await source.positionAt(from - 1) : START;
  async function* history(begin: 'start' | 'from'): AsyncGenerator<RecordedEvent> {
    for (let after = begin === 'start' ? START : before; after < head;) {
      signal.throwIfAborted();
      const page = await source.read(after, PAGE);
      const events = page.events.filter(({ position }) => position <= head);
      yield* await decode(events, 'sealed');
      if (page.upTo === after) return;
      after = page.upTo;
    }
  }
  const digest = () => {
    const hash = createHash('sha256');
    return { update: (text: string) => void hash.update(text), hex: () => hash.digest('hex') };
  };
  return replayRouting({ history, runner: new KeyRunner(vault), digest, policy, from, to });
}

const routingOfAll: Reaction<RoutingState, RouteConversation> = routing;
const KEY = 'routing';

/** The reaction as the engine leads it, ids of commands included. */
class KeyRunner implements RoutingRunner {
  #memory: KeyMemory<RoutingState>;

  constructor(
    private readonly vault: Pseudonyms,
    memory: KeyMemory<RoutingState> = { state: routing.initial, timers: [] },
  ) {
    this.#memory = memory;
  }

  get state(): RoutingState {
    return this.#memory.state;
  }

  get dueAt(): EpochMs | undefined {
    const [next] = this.#memory.timers.map(({ dueAt }) => dueAt).sort((one, other) => one - other);
    return next;
  }

  run(event: RecordedEvent | undefined, time: EpochMs): readonly { id: string; command: RouteConversation }[] {
    const { commands, failed, ...memory } = runKey(routingOfAll, KEY, this.#memory, {
      events: event ? [event] : [],
      time,
    });
    if (failed) throw failed.error;
    this.#memory = memory;
    return commands.map(({ id, command }) => ({ id: outcomeId(this.vault, id), command }));
  }

  fork(change: (state: RoutingState) => RoutingState): RoutingRunner {
    return new KeyRunner(this.vault, { ...this.#memory, state: change(this.#memory.state) });
  }
}
