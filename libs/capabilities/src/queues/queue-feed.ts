import { setTimeout as sleep } from 'node:timers/promises';
import { type QueueChangeView } from '#contracts';
import { type Clock, type EpochMs, type Position } from '#kernel';
import { type QueuePorts } from './open-subjects.port.js';
import { changedSql, recordedBeforeSql, turnedSql } from './feed-sql.js';
import { type ItemColumns, rfc3339, toQueueItem } from './queue-item.js';
import { type QueueSelection } from './queue-conditions.js';
import { subjectsOf } from './subjects.js';

/** How far somebody has seen the queue. */
export interface QueueMark {
  /** Position of the last change that is known. */
  readonly after: Position;
  /** When it was known; follows from the position where it is not told. */
  readonly at?: EpochMs;
}

export interface QueueFollowRequest {
  readonly selection: QueueSelection;
  readonly from: QueueMark;
  readonly signal: AbortSignal;
}

export interface QueueFeedOptions {
  /** Most rows that are read at a time. */
  readonly pageSize?: number;
  /** Between two looks: what a follower costs while nothing happens. */
  readonly lookIntervalMs?: number;
}

type ChangedRow = ItemColumns & { readonly shown: boolean };

/** A stretch of time whose due times and snoozes were looked at, up to the last of them. */
interface Watched {
  readonly since: EpochMs;
  readonly id: string;
}

/** Before and behind every id: of an instant, nothing or everything was told. */
const FIRST = '00000000-0000-0000-0000-000000000000';
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * The queue, live: each conversation that changed, as it is now, or that it is in the view no more; and each that time changes: what becomes
 * at risk, is breached, or wakes. Changes come by position, and after a reconnection with the last one everything that changed since comes,
 * at least once: whoever follows puts each in the place of what they had.
 */
export class QueueFeed {
  readonly #pageSize: number;
  readonly #lookIntervalMs: number;

  constructor(
    private readonly ports: QueuePorts & { readonly clock: Clock },
    { pageSize = 100, lookIntervalMs = 1_000 }: QueueFeedOptions = {},
  ) {
    this.#pageSize = pageSize;
    this.#lookIntervalMs = lookIntervalMs;
  }

  /** Ends with the signal. Nothing is read ahead of a slow caller but the rest of a page. */
  async *follow({ selection, from, signal }: QueueFollowRequest): AsyncGenerator<QueueChangeView, void, undefined> {
    let last = from.after;
    let watched: Watched = { since: from.at ?? (await this.#lastKnown(from.after)), id: FIRST };
    while (!signal.aborted) {
      const changed = await this.#changedAfter(selection, last);
      for (const change of await this.#views(changed)) {
        if (signal.aborted) return;
        yield change;
        last = BigInt(change.position);
      }
      // Time is looked at when nothing is left that is older: what it changes is told with the position that is known by then.
      if (changed.length === this.#pageSize) continue;
      const turned = await this.#turnedSince(selection, watched);
      for (const change of await this.#views(turned.rows, last)) {
        if (signal.aborted) return;
        yield change;
      }
      ({ watched } = turned);
      if (turned.rows.length < this.#pageSize) await this.#wait(signal);
    }
  }

  /** The mark of whoever looks from now on. What they read after it has all that is not told any more. */
  async now(): Promise<QueueMark> {
    const at = this.ports.clock.now();
    return { after: await this.#applied(), at };
  }

  async #applied(): Promise<Position> {
    return this.ports.readModels.appliedPosition('queue');
  }

  /** A time at which whoever has read up to a position was up to date: nothing that time changed after it may be left out. */
  async #lastKnown(after: Position): Promise<EpochMs> {
    const now = this.ports.clock.now();
    const [row] = await this.ports.readModels.query<{ readonly at: EpochMs }>(recordedBeforeSql, [after.toString()]);
    // Where nothing was before it, everything has changed after it.
    return row?.at ?? now;
  }

  async #changedAfter(selection: QueueSelection, last: Position): Promise<readonly ChangedRow[]> {
    // Asked for before the rows: other lanes may be ahead, and what they show is told when all are there.
    const upTo = await this.#applied();
    const { sql, values } = changedSql({
      ...{ selection, at: this.ports.clock.now(), most: this.#pageSize },
      ...{ after: last, upTo },
    });
    return this.ports.readModels.query<ChangedRow>(sql, values);
  }

  async #turnedSince(selection: QueueSelection, { since, id }: Watched) {
    const until = this.ports.clock.now();
    const { sql, values } = turnedSql({ selection, at: until, most: this.#pageSize, since, id });
    const rows = await this.ports.readModels.query<ChangedRow & { readonly turned_at: EpochMs }>(sql, values);
    const end = rows.length === this.#pageSize ? rows.at(-1) : undefined;
    const watched = end ? { since: end.turned_at, id: end.conversation_id } : { since: until, id: LAST };
    return { rows, watched };
  }

  async #views(rows: readonly ChangedRow[], position?: Position): Promise<readonly QueueChangeView[]> {
    const shown = rows.filter((row) => row.shown);
    const subjects = await subjectsOf(this.ports, shown);
    const at = this.ports.clock.now();
    return rows.map((row) => ({
      conversationId: row.conversation_id,
      position: (position ?? row.since_position).toString(),
      at: rfc3339(at),
      item: row.shown ? toQueueItem(row, subjects.get(row.conversation_id) ?? null, at) : null,
    }));
  }

  async #wait(signal: AbortSignal): Promise<void> {
    await sleep(this.#lookIntervalMs, undefined, { signal }).catch(() => undefined);
  }
}
