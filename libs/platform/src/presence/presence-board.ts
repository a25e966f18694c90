import { type PresenceView } from '#contracts';
import { WakeUp } from '#platform/consumers';
import { type Presence } from './presence.port.js';
import { changedBetween, presentAgents, presentEverywhere } from './present-agents.js';

export interface PresenceBoardParts {
  readonly presence: Pick<Presence, 'allMarks'>;
  /** Calls back when somebody came, left or did something else, in any process; answers how to stop it. A hint: it may be missed. */
  readonly onMoved: (listener: () => void) => () => void;
  /** Those of them that can be read. Of a conversation whose customer was erased, nothing is told any more. */
  readonly readable: (conversationIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

export interface PresenceBoardOptions {
  /** Longest time between two looks: nobody says that a mark has expired, or that a session has ended. */
  readonly lookIntervalMs?: number;
  /** Shortest time between two looks, however many knock. */
  readonly restMs?: number;
}

interface Follower {
  readonly only: string | undefined;
  /** Conversations of which something is to be told: of each what is so by then, however often it changed meanwhile. */
  readonly pending: Set<string>;
  readonly wakeUp: WakeUp;
}

/** Who is where, for everybody of this process who follows it: one look for all of them, and none while nobody follows. */
export class PresenceBoard {
  readonly #followers = new Set<Follower>();
  readonly #closed = new AbortController();
  readonly #knocks = new WakeUp();
  readonly #lookIntervalMs: number;
  readonly #restMs: number;
  #present: ReadonlyMap<string, PresenceView> = new Map();
  /** What is known is from a look of those who go on. */
  #isWatched = false;
  #looking: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  constructor(
    private readonly parts: PresenceBoardParts,
    { lookIntervalMs = 1_000, restMs = 100 }: PresenceBoardOptions = {},
  ) {
    this.#lookIntervalMs = lookIntervalMs;
    this.#restMs = restMs;
  }

  /**
   * Who is there now, and every change, until the signal: of one conversation, or of all. What was told to a connection that is gone does not
   * hold for the next: each begins with all of it, that of one conversation also when nobody is there.
   */
  async *follow(signal: AbortSignal, only?: string): AsyncGenerator<PresenceView, void, undefined> {
    const follower: Follower = { only, pending: new Set(), wakeUp: new WakeUp() };
    this.#followers.add(follower);
    try {
      // What it brings anew waits in `pending` already; what was known before is added. While others follow, that is what the last look
      // saw, which is as old as what they were told.
      if (!this.#isWatched) await this.#look();
      for (const id of only === undefined ? this.#present.keys() : [only]) follower.pending.add(id);
      this.#running ??= this.#run();
      while (!signal.aborted && !this.#closed.signal.aborted) {
        for (const id of follower.pending) {
          follower.pending.delete(id);
          yield this.#present.get(id) ?? presentAgents(id, []);
          if (signal.aborted) return;
        }
        await follower.wakeUp.sleep(this.#lookIntervalMs, signal);
      }
    } finally {
      this.#followers.delete(follower);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const { wakeUp } of this.#followers) wakeUp.knock();
    await this.#running;
  }

  async #run(): Promise<void> {
    const stopListening = this.parts.onMoved(() => {
      this.#knocks.knock();
    });
    const { signal } = this.#closed;
    try {
      while (this.#followers.size > 0 && !signal.aborted) {
        await this.#knocks.sleep(this.#lookIntervalMs, signal);
        // While the database is away nothing is known to be otherwise; the streams end by themselves when it stays away.
        await this.#look().catch(() => (this.#isWatched = false));
        await new WakeUp().sleep(this.#restMs, signal);
      }
    } finally {
      stopListening();
      this.#running = undefined;
      this.#isWatched = false;
    }
  }

  /** Whoever comes while somebody looks sees what they see. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookAnew().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAnew(): Promise<void> {
    const everywhere = presentEverywhere(await this.parts.presence.allMarks());
    const readable = everywhere.size === 0 ? new Set<string>() : await this.parts.readable([...everywhere.keys()]);
    const present = new Map([...everywhere].filter(([id]) => readable.has(id)));
    const changed = changedBetween(this.#present, present);
    this.#present = present;
    this.#isWatched = this.#running !== undefined;
    if (changed.length > 0) for (const follower of this.#followers) tell(follower, changed);
  }
}

function tell({ only, pending, wakeUp }: Follower, changed: readonly string[]): void {
  const its = only === undefined ? changed : changed.filter((id) => id === only);
  for (const id of its) pending.add(id);
  if (its.length > 0) wakeUp.knock();
}
