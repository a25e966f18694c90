import { factsOf, serviceClock, type TellClocks } from '#capabilities';
import { type ClockEvent, clockStream, toStoredClockData } from '#contracts';
import { canonicalJson, type Position, START } from '#kernel';
import { type EventStore, type StreamAppend } from '#platform/event-store';
import { CommandRefusedError, type IssuedCommand } from '#platform/reactions';
import { type Vault } from '#platform/vault';
import { type ClockBooks } from './clock-books.js';
import { after, type LoadedClock, loadClock } from './clock-log.js';

export interface ClockPorts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly vault: Pick<Vault, 'uuid' | 'digest'>;
  readonly books: Pick<ClockBooks, 'knowing'>;
}

/** Somebody else appends to the same clocks between reading and appending; that often is not chance. */
const TRIES = 5;

interface ClockPart {
  readonly clock: LoadedClock;
  readonly facts: readonly ClockEvent[];
}

/** Tells a conversation's clocks what it means for them; what follows for all of them is appended together, under the command's id. */
export const createClockExecutor =
  (ports: ClockPorts) =>
  async (issued: IssuedCommand<TellClocks>): Promise<void> => {
    const { store, vault } = ports;
    const { id, key: conversationId, command } = issued;
    for (let tries = 0; tries < TRIES; tries++) {
      const parts = await decide(ports, conversationId, command);
      if (parts.length === 0) return;
      const outcome = await store.append({
        appendId: id,
        requestHash: vault.digest('reaction', canonicalJson({ conversationId, command })),
        streams: streamsOf(ports, parts, issued),
      });
      if (outcome.status === 'appended' || outcome.status === 'repeated') return;
      if (outcome.status !== 'conflict') throw new CommandRefusedError(outcome.status);
    }
    throw new Error(`the clocks of conversation ${conversationId} changed each of ${String(TRIES)} times`);
  };

async function decide(
  { store, books }: ClockPorts,
  conversationId: string,
  { acts }: TellClocks,
): Promise<readonly ClockPart[]> {
  const parts = new Map<string, ClockPart>();
  for (const { kind, ordinal } of acts) {
    const name = { conversationId, kind, ordinal };
    if (!parts.has(clockStream(name))) parts.set(clockStream(name), { clock: await loadClock(store, name), facts: [] });
  }
  const { calendarOf, termsOf } = await books.knowing({
    position: acts.reduce((last, act) => ('asOf' in act ? later(last, BigInt(act.asOf.position)) : last), START),
    terms: [...parts.values()].flatMap(({ clock: { state } }) => (state.status === 'unknown' ? [] : [state.terms])),
  });
  const decider = serviceClock(calendarOf);
  for (const act of acts) {
    const stream = clockStream({ conversationId, kind: act.kind, ordinal: act.ordinal });
    const before = parts.get(stream);
    if (!before) continue;
    const told = factsOf(decider, after(before.clock, before.facts), act, termsOf);
    parts.set(stream, { ...before, facts: [...before.facts, ...told] });
  }
  return [...parts.values()].filter(({ facts }) => facts.length > 0);
}

const later = (one: Position, other: Position): Position => (one > other ? one : other);

function streamsOf(
  { vault }: ClockPorts,
  parts: readonly ClockPart[],
  { id, command, causationId, correlationId }: IssuedCommand<TellClocks>,
): readonly StreamAppend[] {
  let index = 0;
  const meta = { source: '/safar', correlationId, causationId };
  return parts.map(({ clock, facts }) => ({
    stream: clockStream(clock),
    expect: clock.version === 0 ? 'none' : { version: clock.version },
    events: facts.map((fact) => ({
      id: vault.uuid('reaction', id, String(index++)),
      ...{ type: fact.type, schemaVersion: 1, key: command.customerId },
      ...{ occurredAt: fact.data.at, data: toStoredClockData(fact), meta },
    })),
  }));
}
