import { setTimeout as sleep } from 'node:timers/promises';
import { AT_RISK_SECONDS, type LiveCountsView, type QueueCount, type QueueFilter, queueViews } from '#contracts';
import { canonicalJson, type Clock, type EpochMs, type ReadModels } from '#kernel';
import { countedViews, countSelections } from './count-queue.query.js';
import { endOfDay } from './end-of-day.js';
import { nextTurnSql, type NextTurns } from './next-turn-sql.js';
import { type QueueSelection, selecting } from './queue-conditions.js';
import { rfc3339 } from './queue-item.js';
import { findSavedViews } from './saved-views.js';

export interface LiveCountsRequest {
  /** Of the views that everybody has. A saved view says for itself what it counts, but for where today ends. */
  readonly filter: QueueFilter;
  /** Kind and id of whoever asks. */
  readonly self: string;
  /** Whose saved views are counted as well. */
  readonly owners: readonly string[];
  readonly signal: AbortSignal;
}

export interface LiveCountsOptions {
  /** Between two looks of a follower: what they are told is at most twice as old, unless many count at once. */
  readonly lookIntervalMs?: number;
}

/** What is counted once for everybody who looks within one interval. */
interface Round {
  readonly at: EpochMs;
  /** How far the read models were before anything was counted. */
  readonly position: Promise<string>;
  readonly counts: Map<string, Promise<QueueCount>>;
  readonly turns: Map<string, Promise<EpochMs>>;
}

/**
 * How many conversations each view of a follower has, told when it changes. They count only when something was applied, or when time has made
 * a row another; what two of them count alike is counted once, and one statement runs at a time: however many follow, the database has
 * one more reader, and where that one has too much to do, all are told less often.
 */
export class LiveCounts {
  readonly #lookIntervalMs: number;
  #round: Round | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ports: {
      readonly readModels: Pick<ReadModels, 'query' | 'appliedPosition'>;
      readonly clock: Clock;
    },
    { lookIntervalMs = 1_000 }: LiveCountsOptions = {},
  ) {
    this.#lookIntervalMs = lookIntervalMs;
  }

  /** Begins with what there is, and ends with the signal. */
  async *follow({ signal, ...asked }: LiveCountsRequest): AsyncGenerator<LiveCountsView, void, undefined> {
    let told = '';
    let position = '';
    let turnsAt = -Infinity;
    while (!signal.aborted) {
      const round = this.#now();
      const applied = await round.position;
      if (applied !== position || round.at >= turnsAt) {
        const { counts, next } = await this.#count(asked, round);
        const text = canonicalJson(counts);
        if (!signal.aborted && text !== told) yield { at: rfc3339(round.at), ...counts };
        [told, position, turnsAt] = [text, applied, next];
      }
      await sleep(this.#lookIntervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #now(): Round {
    const at = this.ports.clock.now();
    // Also where the clock was set back.
    if (!this.#round || Math.abs(at - this.#round.at) >= this.#lookIntervalMs)
      this.#round = { at, position: this.#applied(), counts: new Map(), turns: new Map() };
    return this.#round;
  }

  async #applied(): Promise<string> {
    const { readModels } = this.ports;
    const positions = [await readModels.appliedPosition('queue'), await readModels.appliedPosition('queue-views')];
    return positions.join();
  }

  async #count({ filter, self, owners }: Omit<LiveCountsRequest, 'signal'>, round: Round) {
    const { timeZone = 'UTC' } = filter;
    const rows = await Promise.all(owners.map((owner) => findSavedViews(this.ports.readModels, owner)));
    const saved = rows.flatMap((row) => (row ? row.views.map(({ id, filter: own }) => ({ row, id, own })) : []));
    const selections: readonly QueueSelection[] = [
      ...queueViews.map((view) => ({ ...filter, view, self })),
      ...saved.map(({ own }) => ({ view: 'all' as const, timeZone, ...own, self })),
    ];
    const counts = await this.#countsOf(selections, round);
    const own = counts.slice(queueViews.length);
    return {
      counts: {
        views: countedViews(counts),
        saved: saved.flatMap(({ row: { owner }, id }, index) => (own[index] ? [{ owner, id, ...own[index] }] : [])),
      },
      next: await this.#nextTurn(selections, round),
    };
  }

  #countsOf(selections: readonly QueueSelection[], { at, counts }: Round): Promise<readonly QueueCount[]> {
    const keyed = selections.map((selection) => ({ selection, key: canonicalJson(selecting(selection)) }));
    const missing = keyed.filter(({ key }) => !counts.has(key)).map(({ selection }) => selection);
    const counted = this.#inTurn(() => countSelections(this.ports.readModels, missing, at));
    return Promise.all(
      keyed.map(({ selection, key }) => {
        const known = counts.get(key);
        if (known) return known;
        const count = counted.then((all) => all[missing.indexOf(selection)] ?? { count: 0, capped: false });
        counts.set(key, count);
        return count;
      }),
    );
  }

  /** When time alone may change a count next. */
  async #nextTurn(selections: readonly QueueSelection[], { at, turns }: Round): Promise<EpochMs> {
    const within = [...new Set(selections.map(({ withinSeconds = AT_RISK_SECONDS }) => withinSeconds))].sort();
    const key = within.join();
    let next = turns.get(key);
    if (!next) {
      next = this.#inTurn(async () => {
        const { sql, values } = nextTurnSql(at, within);
        const [row] = await this.ports.readModels.query<NextTurns>(sql, values);
        return Math.min(...Object.values(row ?? {}).map((turn) => turn ?? Infinity));
      });
      turns.set(key, next);
    }
    const zones = new Set(selections.map(({ timeZone = 'UTC' }) => timeZone));
    return Math.min(await next, ...[...zones].map((timeZone) => endOfDay(at, timeZone)));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
