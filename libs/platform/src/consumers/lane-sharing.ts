import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type LaneRef, type Lease, type Queryable } from './checkpoint.js';
import { transaction } from './transaction.js';

/** Whoever could not do something asks for nothing more meanwhile. */
const REST_AFTER_TROUBLE_MS = 60_000;
/** In a row, a minute in all: a page that is narrowed down to the one event that the table refuses fails a dozen times. */
const FAILURES_BEFORE_LEAVING = 20;

/** One that holds leases: a host, with all its consumers. */
export class Holder {
  readonly #id = `${String(process.pid)}-${randomUUID()}`;
  #restsUntil = -Infinity;

  /** The name under which one of its consumers takes its lease. */
  newOwner(): string {
    return `${this.#id}/${randomUUID()}`;
  }

  /** Lanes of others are no better with one that cannot do its own. */
  get mayWish(): boolean {
    return performance.now() >= this.#restsUntil;
  }

  /** Says whether the lane is to be left to others, of whom one may be able to do it. */
  hasFailed(failures: number, status: 'running' | 'paused' | 'failed'): boolean {
    if (failures > 1 || status !== 'running') this.#restsUntil = performance.now() + REST_AFTER_TROUBLE_MS;
    return status === 'paused' || (status === 'running' && failures >= FAILURES_BEFORE_LEAVING);
  }
}

const holderOf = (owner: string): string => `split_part(${owner}, '/', 1)`;

/**
 * Whether a lane would be held more evenly by `to` than by `from`: it has two lanes of the build less, or one less and of all lanes two less.
 * Each hand-over under that rule makes the sum of the squares of what holders have smaller (of each build first, then of all lanes), so
 * they come to an end, with no build held by more than one lane above its share.
 */
const wouldBeEven = (from: string, to: string): string => `(
  SELECT b_from - b_to >= 2 OR (b_from - b_to = 1 AND all_from - all_to >= 2) FROM (
    SELECT count(*) FILTER (WHERE holder = ${from}) AS all_from, count(*) FILTER (WHERE holder = ${to}) AS all_to,
      count(*) FILTER (WHERE holder = ${from} AND of_build) AS b_from, count(*) FILTER (WHERE holder = ${to} AND of_build) AS b_to
    FROM (SELECT ${holderOf('h.owner')} AS holder, (h.name, h.version, h.build) = ($1, $2, $3) AS of_build
      FROM es.consumers h WHERE h.lease_until > clock_timestamp()) held) counted)`;

/** So long is a wish heard, and what was handed over waits for whom it was given to: whoever dies in between costs no more. */
const untilHeard = (leaseMs: number): number => leaseMs / 3;

interface Claim {
  readonly owner: string;
  readonly leaseMs: number;
}

const idOf = ({ name, version, build, lane }: LaneRef): unknown[] => [name, version, build, lane];

/** Asks whoever has the lane to hand it over, where that would be fairer. Beside the lane's row, which is locked while a page is applied. */
export async function wishForLane(db: Queryable, lane: LaneRef, { owner, leaseMs }: Claim): Promise<void> {
  await db.query({
    name: 'safar wish for lane',
    text: `INSERT INTO es.lane_wishes AS w (name, version, build, lane, wanted_by, wanted_until)
      SELECT c.name, c.version, c.build, c.lane, $5, clock_timestamp() + $6 * interval '1 ms' FROM es.consumers c
      WHERE c.name = $1 AND c.version = $2 AND c.build = $3 AND c.lane = $4 AND c.lease_until > clock_timestamp()
        AND ${wouldBeEven(holderOf('c.owner'), holderOf('$5::text'))}
      ON CONFLICT (name, version, build, lane) DO UPDATE SET wanted_by = excluded.wanted_by, wanted_until = excluded.wanted_until
        WHERE w.wanted_by = excluded.wanted_by OR w.wanted_until < clock_timestamp()`,
    values: [...idOf(lane), owner, untilHeard(leaseMs)],
  });
}

/**
 * Gives the lane to whom wishes for it, if that is still fairer; else the wish is forgotten. The fence is raised: what is still in hand here
 * is void. One hand-over at a time over all processes, so that several givers do not give one taker too much.
 */
export async function handOver(
  pool: pg.Pool,
  lane: LaneRef,
  lease: Lease,
  { owner, leaseMs }: Claim,
): Promise<boolean> {
  return transaction(pool, 'BEGIN', async (client) => {
    // Nobody waits: with the one that hands over, if it stands still, all others would stand still. The wish is seen again with the next page.
    const { rows } = await client.query<{ mine: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtextextended('safar hand-over of lanes', 0)) AS mine`,
    );
    if (rows[0]?.mine !== true) return false;
    const { rowCount } = await client.query(
      `UPDATE es.consumers c SET owner = w.wanted_by, fence = c.fence + 1, lease_until = clock_timestamp() + $7 * interval '1 ms'
       FROM es.lane_wishes w
       WHERE c.name = $1 AND c.version = $2 AND c.build = $3 AND c.lane = $4 AND c.owner = $5 AND c.fence = $6
         AND (w.name, w.version, w.build, w.lane) = ($1, $2, $3, $4) AND w.wanted_until > clock_timestamp()
         AND ${wouldBeEven(holderOf('$5::text'), holderOf('w.wanted_by'))}`,
      [...idOf(lane), owner, lease.fence, untilHeard(leaseMs)],
    );
    await client.query(
      `DELETE FROM es.lane_wishes WHERE wanted_until < clock_timestamp() OR (name, version, build, lane) = ($1, $2, $3, $4)`,
      idOf(lane),
    );
    return rowCount === 1;
  });
}

/**
 * Gives the lease up where somebody else holds any, or wishes for this one: who stands by takes it. With nobody else there it is kept,
 * and tried again.
 * Answers for how long it is to be left to them, in milliseconds.
 */
export async function leaveToOthers(db: Queryable, lane: LaneRef, { owner, leaseMs }: Claim): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE es.consumers c SET owner = NULL, lease_until = NULL
     WHERE c.name = $1 AND c.version = $2 AND c.build = $3 AND c.lane = $4 AND c.owner = $5 AND (
       EXISTS (SELECT FROM es.consumers h
         WHERE h.lease_until > clock_timestamp() AND ${holderOf('h.owner')} <> ${holderOf('$5::text')})
       OR EXISTS (SELECT FROM es.lane_wishes w
         WHERE (w.name, w.version, w.build, w.lane) = ($1, $2, $3, $4)
           AND w.wanted_until > clock_timestamp() AND ${holderOf('w.wanted_by')} <> ${holderOf('$5::text')}))`,
    [...idOf(lane), owner],
  );
  return rowCount === 1 ? leaseMs / 3 : 0;
}
