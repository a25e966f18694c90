import { type TimelineCategory, type TimelineEntryView } from '#contracts';
import { START, type Position, type ReadModels } from '#kernel';
import { type OpenTimeline } from './open-timeline.port.js';
import { entryColumns, fits, fittingEntries, isTouchpoint, openEntries, type FittingRow } from './timeline-entries.js';
import { TimelineWatch } from './timeline-watch.js';
import { WakeUp } from './wake-up.js';

export interface TimelineFeedOptions {
  /** Most entries that are read at a time. */
  readonly pageSize?: number;
  /** Longest wait for a hint that anything at all has moved. */
  readonly pollIntervalMs?: number;
  /** Longest wait of a follower for a hint that concerns it: covers entries that were parked and came late, and erasures. */
  readonly lookIntervalMs?: number;
}

export interface FollowRequest {
  /** UUID, as `resolveCustomer` gives it. */
  readonly customerId: string;
  /** Position of the last entry that is known; `now`: only what comes. */
  readonly after: Position | 'now';
  /** Without it, all entries. */
  readonly category?: TimelineCategory;
  readonly signal: AbortSignal;
}

const newEntriesSql = `${fittingEntries(
  `
  SELECT ${entryColumns} FROM {timeline} WHERE persona_id = $1::uuid AND position > $2::bigint
    AND ($4::text IS NULL OR ${isTouchpoint} = ($4 = 'touchpoint'))
  ORDER BY position LIMIT $3::integer`,
  'position',
)} ORDER BY position`;

const stateSql = `
  SELECT (SELECT max(position) FROM {timeline} WHERE persona_id = $1::uuid) AS head,
    EXISTS (SELECT FROM {customer-erasures} WHERE persona_id = $1::uuid) AS erased`;

interface NewEntries {
  readonly entries: readonly TimelineEntryView[];
  /** More may be there already. */
  readonly full: boolean;
}

interface State {
  /** Position of the customer's last entry. */
  readonly head: Position | null;
  readonly erased: boolean;
}

/**
 * Live timelines. Entries of one customer come in store order, each exactly once, also over a reconnection with the position of
 * the last one seen: the events of a persona are applied in order, so the rows of a timeline are at any moment a beginning of
 * it, whatever lanes, builds and parked events of others do.
 */
export class TimelineFeed {
  readonly #watch: TimelineWatch;
  readonly #pageSize: number;
  readonly #lookIntervalMs: number;

  constructor(
    private readonly readModels: ReadModels,
    private readonly timeline: OpenTimeline,
    { pageSize = 50, pollIntervalMs = 1_000, lookIntervalMs = 15_000 }: TimelineFeedOptions = {},
  ) {
    this.#watch = new TimelineWatch(readModels, pollIntervalMs);
    this.#pageSize = pageSize;
    this.#lookIntervalMs = lookIntervalMs;
  }

  /** Ends with the signal, or when the customer is erased. Nothing is read ahead of a slow caller but the rest of a page. */
  async *follow({
    customerId,
    after,
    category,
    signal,
  }: FollowRequest): AsyncGenerator<TimelineEntryView, void, undefined> {
    const wakeUp = new WakeUp();
    // Before the first look, so that nothing falls between looking and waiting.
    const leave = this.#watch.add(customerId, wakeUp);
    // At once, also when nobody asks for the next entry any more.
    signal.addEventListener('abort', leave, { once: true });
    try {
      let last = after === 'now' ? await this.#headOf(customerId) : after;
      while (!signal.aborted) {
        const { entries, full } = await this.#entriesAfter(customerId, last, category);
        for (const entry of entries) {
          if (signal.aborted) return;
          yield entry;
          last = BigInt(entry.position);
        }
        if (full) continue;
        if (entries.length === 0 && (await this.#isErased(customerId))) return;
        await wakeUp.wait(this.#lookIntervalMs, signal);
      }
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  }

  async #entriesAfter(customerId: string, after: Position, category?: TimelineCategory): Promise<NewEntries> {
    const values = [customerId, after.toString(), this.#pageSize, category ?? null];
    const rows = await this.readModels.query<FittingRow>(newEntriesSql, values);
    const fitting = rows.filter(fits);
    return {
      entries: await openEntries(this.timeline, fitting),
      full: rows.length === this.#pageSize || fitting.length < rows.length,
    };
  }

  async #headOf(customerId: string): Promise<Position> {
    return (await this.#state(customerId))?.head ?? START;
  }

  async #isErased(customerId: string): Promise<boolean> {
    const state = await this.#state(customerId);
    return state !== undefined && state.erased && state.head === null;
  }

  async #state(customerId: string): Promise<State | undefined> {
    const [state] = await this.readModels.query<State>(stateSql, [customerId]);
    return state;
  }
}
