import type pg from 'pg';
import type { Position, Projection, RecordedEvent } from '#kernel';
import {
  type DecodeEvents,
  describeError,
  type EventSource,
  isOutage,
  isRefusedByTable,
  type LaneRef,
  type Queryable,
  STORE_EPOCH,
  transaction,
} from '#platform/consumers';
import { loadRows, runWrites, writesOf } from './apply-page.js';
import { BuildTable, tableName } from './build-table.js';
import { Folding } from './folding.js';
import { listParked, type StoredParkedEvent } from './parked-events.js';
import { RowSet } from './row-set.js';

export interface Decision {
  /** Who decides: a user, a key, `cli`. */
  readonly by: string;
  readonly reason?: string;
}

export interface ReleaseParts {
  readonly pool: pg.Pool;
  readonly source: EventSource;
  readonly decode: DecodeEvents;
}

/** Events in a page of the search for a parked one. */
const SEARCH_PAGE = 500;

/** What became of a key's parked events in one build. */
export interface Released extends LaneRef {
  readonly key: string;
  readonly released: number;
  readonly stillParked: number;
  /** Why they are still parked. */
  readonly error: string | null;
}

/** More parked events of one key than a consumer may hold cannot exist by default. */
const MAX_EVENTS = 100_000;

/**
 * Applies a key's parked events in order, in every build of this version that has any, each in one transaction: all of them,
 * or none and one more failed attempt.
 */
export async function releaseKey(
  parts: ReleaseParts,
  projection: Projection,
  key: string,
  decision: Decision,
): Promise<readonly Released[]> {
  const parked = await listParked(parts.pool, { name: projection.name, key, limit: MAX_EVENTS });
  const builds = new Map<string, StoredParkedEvent>();
  for (const event of parked) if (event.version === projection.version) builds.set(tableName(event), event);
  const outcomes: Released[] = [];
  for (const { name, version, build, lane } of builds.values())
    outcomes.push(await releaseInLane(parts, projection, { lane: { name, version, build, lane }, key, decision }));
  return outcomes;
}

interface InLane {
  readonly lane: LaneRef;
  readonly key: string;
  readonly decision: Decision;
}

class StillFailingError extends Error {
  override readonly name = 'StillFailingError';
  constructor(
    readonly position: Position,
    override readonly cause: unknown,
  ) {
    super(describeError(cause).text);
  }
}

async function releaseInLane(
  parts: ReleaseParts,
  projection: Projection,
  { lane, key, decision }: InLane,
): Promise<Released> {
  let waiting = 0;
  try {
    await transaction(parts.pool, 'BEGIN', async (client) => {
      const parked = await takeOver(client, lane, key);
      waiting = parked.length;
      const events: RecordedEvent[] = [];
      for (const event of parked) events.push(await readParked(parts, projection, event));
      await replay(client, projection, lane, events);
      await client.query(
        `UPDATE es.parked SET status = 'released', decided_by = $5, decided_at = clock_timestamp(), reason = $6
         WHERE name = $1 AND version = $2 AND build = $3 AND key = $4 AND status = 'parked'`,
        [lane.name, lane.version, lane.build, key, decision.by, decision.reason ?? null],
      );
    });
    return { ...lane, key, released: waiting, stillParked: 0, error: null };
  } catch (error) {
    if (!(error instanceof StillFailingError)) throw error;
    await recordAttempt(parts.pool, lane, error);
    return { ...lane, key, released: 0, stillParked: waiting, error: error.message };
  }
}

/**
 * The lane's row lock keeps its consumer from committing meanwhile, and the raised fence makes it learn afterwards that the
 * key is not parked any more. Events it would have parked for the key in between fail with its transaction.
 */
export async function takeOver(client: Queryable, lane: LaneRef, key: string): Promise<readonly StoredParkedEvent[]> {
  const { rows } = await client.query<{ current: boolean }>(
    `UPDATE es.consumers SET fence = fence + 1 WHERE name = $1 AND version = $2 AND build = $3 AND lane = $4
     RETURNING epoch = ${STORE_EPOCH} AS current`,
    [lane.name, lane.version, lane.build, lane.lane],
  );
  if (rows[0]?.current === false)
    throw new Error(`${tableName(lane)} was filled in another epoch of the store; rebuild ${lane.name}`);
  const parked = await listParked(client, { name: lane.name, key, limit: MAX_EVENTS });
  return parked.filter(({ version, build }) => version === lane.version && build === lane.build);
}

/** Where a lane is fed with its own events only, others may lie between the one before and this one. */
async function findEvent(
  source: EventSource,
  readAfter: Position,
  position: Position,
): Promise<RecordedEvent | undefined> {
  let after = readAfter;
  for (let limit = 1; after < position; limit = SEARCH_PAGE) {
    const { events, upTo } = await source.read(after, limit);
    const found = events.find((event) => event.position === position);
    if (found || upTo === after) return found;
    after = upTo;
  }
  return undefined;
}

async function readParked(
  { source, decode }: ReleaseParts,
  { reads }: Projection,
  { readAfter, position }: StoredParkedEvent,
): Promise<RecordedEvent> {
  const found = await findEvent(source, readAfter, position);
  if (!found) throw new Error(`the store no longer has the event at position ${position.toString()}`);
  const [event] = await decode([found], reads).catch((error: unknown) => {
    throw isOutage(error) ? error : new StillFailingError(position, error);
  });
  if (!event) throw new Error('decoding must answer one event for each');
  return event;
}

/** One by one, so that an event which the table refuses is known by name; there are few. */
async function replay(
  client: Queryable,
  projection: Projection,
  lane: LaneRef,
  events: readonly RecordedEvent[],
): Promise<void> {
  const table = new BuildTable(lane, projection);
  const folding = new Folding(projection, table.shape);
  for (const event of events) {
    const rows = new RowSet(table.shape);
    await loadRows(client, table, rows, folding.keysOf([event]));
    const { setAside } = folding.fold([event], rows, { parked: new Set(), condemned: new Map() });
    if (setAside[0]) throw new StillFailingError(event.position, setAside[0].error);
    await runWrites(client, writesOf(table, rows.changes())).catch((error: unknown) => {
      throw isRefusedByTable(error) ? new StillFailingError(event.position, error) : error;
    });
  }
}

async function recordAttempt(
  pool: pg.Pool,
  { name, version, build }: LaneRef,
  error: StillFailingError,
): Promise<void> {
  const { errorClass, text } = describeError(error.cause);
  await pool.query(
    `UPDATE es.parked SET attempts = attempts + 1, error_class = $5, error = $6
     WHERE name = $1 AND version = $2 AND build = $3 AND position = $4`,
    [name, version, build, error.position, errorClass, text],
  );
}

/** What is not to be applied: every parked event of a key, or one of them. */
export interface DiscardTarget {
  readonly key: string;
  readonly position?: Position;
}

/**
 * Decides that parked events are never applied, in this version of the projection: the rows stay, with who and why. Then
 * applies what of the key waits behind them.
 */
export async function discardParked(
  parts: ReleaseParts,
  projection: Projection,
  { key, position }: DiscardTarget,
  decision: Decision & { readonly reason: string },
): Promise<{ readonly discarded: number; readonly released: readonly Released[] }> {
  const { name, version } = projection;
  const discarded = await transaction(parts.pool, 'BEGIN', async (client) => {
    // Every consumer of the version learns of it: other builds of it may have the event still before them.
    await client.query(`UPDATE es.consumers SET fence = fence + 1 WHERE name = $1 AND version = $2`, [name, version]);
    const { rows } = await client.query<{ position: string }>(
      `UPDATE es.parked SET status = 'discarded', decided_by = $5, decided_at = clock_timestamp(), reason = $6
       WHERE name = $1 AND version = $2 AND key = $3 AND status = 'parked' AND ($4::bigint IS NULL OR position = $4)
       RETURNING position`,
      [name, version, key, position ?? null, decision.by, decision.reason],
    );
    const positions = [...new Set(rows.map((row) => row.position))];
    await tellOtherBuilds(client, projection, positions);
    return positions.length;
  });
  return { discarded, released: await releaseKey(parts, projection, key, decision) };
}

/** Builds of the same version that have not come to the event yet. */
async function tellOtherBuilds(
  client: Queryable,
  { name, version }: Projection,
  positions: readonly string[],
): Promise<void> {
  await client.query(
    `INSERT INTO es.parked (name, version, build, lane, key, position, read_after, event_id, type, recorded_at, attempts,
       error_class, error, first_at, status, decided_by, decided_at, reason)
     SELECT DISTINCT ON (b.build, p.position) p.name, p.version, b.build, p.lane, p.key, p.position, p.read_after, p.event_id, p.type,
       p.recorded_at, p.attempts, p.error_class, p.error, p.first_at, p.status, p.decided_by, p.decided_at, p.reason
     FROM es.parked p JOIN es.consumers b ON b.name = p.name AND b.version = p.version AND b.position < p.position
     WHERE p.name = $1 AND p.version = $2 AND p.position = ANY ($3::bigint[]) AND p.status = 'discarded'
     ON CONFLICT DO NOTHING`,
    [name, version, positions],
  );
}
