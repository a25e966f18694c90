import type pg from 'pg';
import type { Position } from '#kernel';

/** A prepared statement and its array parameters. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly Buffer[];
  /** It does nothing but insert what it selects, so that a condition can be put behind it. */
  readonly inserts?: true;
}

/** What a client and a pool have in common. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** One filled set of tables of one version of a projection. Rebuilding a version makes a new build of it. */
export interface BuildRef {
  readonly name: string;
  readonly version: number;
  readonly build: number;
}

/** One consumer: a lane of a build. */
export interface LaneRef extends BuildRef {
  readonly lane: number;
}

/** The right to move a checkpoint, until somebody else takes it. */
export interface Lease {
  readonly position: Position;
  /** Of what feeds the lane; see `LaneFeed`. */
  readonly cursor: string | null;
  readonly epoch: bigint;
  readonly fence: bigint;
  readonly lanes: number;
  /** The build has caught up once and has all its indexes. */
  readonly filled: boolean;
  /** What was wrong before is still written down. */
  readonly troubled: boolean;
  /** Another holder wishes for it; see `handOver`. */
  readonly wanted: boolean;
}

/** Somebody else has the lease, or an operator moved it: what is known of the consumer's state is out of date. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  constructor({ name, version, build, lane }: LaneRef) {
    super(`${name} v${String(version)} build ${String(build)} lane ${String(lane)}: the lease was taken over`);
  }
}

interface LeaseRow {
  readonly position: string;
  readonly cursor: string | null;
  readonly epoch: string;
  readonly fence: string;
  readonly lanes: number;
  readonly filled: boolean;
  readonly troubled: boolean;
}

const whereLane = (first: number): string =>
  ['name', 'version', 'build', 'lane'].map((column, index) => `${column} = $${String(first + index)}`).join(' AND ');
const WHERE_LANE = whereLane(1);
const idOf = ({ name, version, build, lane }: LaneRef): [string, number, number, number] => [
  name,
  version,
  build,
  lane,
];

/**
 * The epoch as it is now, not as it was when a process opened the store: it is raised while processes run, and what they have
 * read then belongs to a history that may not be the store's any more.
 */
export const STORE_EPOCH = `(SELECT s.epoch FROM es.store s)`;

/** What a process does not do that opened the store before its epoch was raised. */
export const OTHER_EPOCH =
  'the store is in another epoch than this process: it was restored or failed over; restart the process';

/** Whether another holder wishes for the lane that an UPDATE of es.consumers has just touched. */
const WANTED = `EXISTS (SELECT FROM es.lane_wishes w
  WHERE (w.name, w.version, w.build, w.lane) = (consumers.name, consumers.version, consumers.build, consumers.lane)
    AND w.wanted_until > clock_timestamp() AND w.wanted_by <> consumers.owner)`;

/**
 * Takes the lease when it is free, has run out, or is ours already; every taking raises the fence. The database's clock
 * decides, so that hosts with wrong clocks cannot steal from each other. `fenced`: the store is in another epoch than the one
 * that is given, in which this process reads it.
 */
export async function acquireLease(
  db: Queryable,
  lane: LaneRef,
  { owner, leaseMs, epoch }: { readonly owner: string; readonly leaseMs: number; readonly epoch: bigint },
): Promise<Lease | 'taken' | 'retired' | 'fenced'> {
  const { rows } = await db.query<LeaseRow>(
    `UPDATE es.consumers SET owner = $5, fence = fence + 1, lease_until = clock_timestamp() + $6 * interval '1 ms'
     WHERE ${WHERE_LANE} AND (owner IS NULL OR owner = $5 OR lease_until < clock_timestamp()) AND $7 = ${STORE_EPOCH}
     RETURNING position, feed_cursor AS cursor, epoch, fence, lanes, filled_at IS NOT NULL AS filled, (status <> 'running' OR error IS NOT NULL) AS troubled`,
    [...idOf(lane), owner, leaseMs, epoch],
  );
  const row = rows[0];
  if (row) {
    const { position, epoch: of, fence, ...rest } = row;
    return { ...rest, position: BigInt(position), epoch: BigInt(of), fence: BigInt(fence), wanted: false };
  }
  const found = await db.query<{ fenced: boolean }>(
    `SELECT $5 IS DISTINCT FROM ${STORE_EPOCH} AS fenced FROM es.consumers WHERE ${WHERE_LANE}`,
    [...idOf(lane), epoch],
  );
  const [consumer] = found.rows;
  if (!consumer) return 'retired';
  return consumer.fenced ? 'fenced' : 'taken';
}

/** Keeps an idle consumer's lease. */
export async function renewLease(db: Queryable, lane: LaneRef, lease: Lease, leaseMs: number): Promise<Lease> {
  const renewal = `UPDATE es.consumers SET lease_until = clock_timestamp() + $6 * interval '1 ms' WHERE ${WHERE_LANE} AND fence = $5`;
  const { rows } = await db.query<{ wanted: boolean }>(`${renewal} RETURNING ${WANTED} AS wanted`, [
    ...idOf(lane),
    lease.fence,
    leaseMs,
  ]);
  const [row] = rows;
  if (!row) throw new LeaseLostError(lane);
  return { ...lease, wanted: row.wanted };
}

const RENEW_MANY = `WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::float8[])
      WITH ORDINALITY AS a (name, version, build, lane, fence, lease_ms, ordinal)),
  free AS (
    SELECT c.name, c.version, c.build, c.lane, a.fence, lease_ms, ordinal
    FROM es.consumers c JOIN asked a USING (name, version, build, lane) WHERE c.fence = a.fence FOR NO KEY UPDATE OF c SKIP LOCKED)
  UPDATE es.consumers SET lease_until = clock_timestamp() + lease_ms * interval '1 ms' FROM free
  WHERE (consumers.name, consumers.version, consumers.build, consumers.lane) = (free.name, free.version, free.build, free.lane)
    AND consumers.fence = free.fence
  RETURNING ordinal, ${WANTED} AS wanted`;

/** Keeps leases of several idle consumers, as `moveCheckpoints` moves theirs. */
export async function renewLeases(
  db: Queryable,
  asked: readonly (readonly [LaneRef, Lease, number])[],
): Promise<readonly (Lease | undefined)[]> {
  const { rows } = await db.query<{ readonly wanted: boolean } & Numbered>({
    name: 'safar renew leases',
    text: RENEW_MANY,
    values: columnsOf(asked.map(([lane, { fence }, leaseMs]) => [...idOf(lane), fence, leaseMs])),
  });
  return inOrder(asked, rows, ([, lease], { wanted }) => ({ ...lease, wanted }));
}

/** A row of an answer to several; which of them it is for, from 1. */
interface Numbered {
  readonly ordinal: string;
}

const columnsOf = (rows: readonly (readonly unknown[])[]): unknown[][] =>
  (rows[0] ?? []).map((_, index) => rows.map((row) => row[index]));

function inOrder<Asked, Row extends Numbered>(
  asked: readonly Asked[],
  rows: readonly Row[],
  answer: (asked: Asked, row: Row) => Lease,
): readonly (Lease | undefined)[] {
  const found = new Map(rows.map((row) => [Number(row.ordinal), row]));
  return asked.map((each, index) => {
    const row = found.get(index + 1);
    return row && answer(each, row);
  });
}

export async function giveUpLease(db: Queryable, lane: LaneRef, owner: string): Promise<void> {
  await db.query(
    `WITH wishes AS (DELETE FROM es.lane_wishes WHERE wanted_by = $5)
     UPDATE es.consumers SET owner = NULL, lease_until = NULL WHERE ${WHERE_LANE} AND owner = $5`,
    [...idOf(lane), owner],
  );
}

/** Where a checkpoint is to stand, and for how long the lease is held from then on. */
export interface Move {
  readonly to: Position;
  readonly cursor?: string | null;
  readonly leaseMs: number;
}

/** The statement that moves a checkpoint; its parameters are numbered from `first` on, behind those of a statement around it. */
function movement(first: number): string {
  const parameter = (index: number): string => `$${String(first + index)}`;
  return `UPDATE es.consumers
      SET position = ${parameter(7)}, feed_cursor = ${parameter(9)}, status = 'running', error = NULL,
          lease_until = clock_timestamp() + ${parameter(8)} * interval '1 ms'
      WHERE ${whereLane(first)} AND position = ${parameter(4)} AND fence = ${parameter(5)} AND epoch = ${parameter(6)}
        AND epoch = ${STORE_EPOCH}
      RETURNING filled_at IS NOT NULL AS filled, ${WANTED} AS wanted`;
}

const movementOf = (lane: LaneRef, lease: Lease, move: Move): unknown[] => [
  ...idOf(lane),
  lease.position,
  lease.fence,
  lease.epoch,
  move.to,
  move.leaseMs,
  move.cursor ?? null,
];

interface MovedRow {
  readonly filled: boolean;
  readonly wanted: boolean;
}

/** @throws LeaseLostError when no checkpoint was moved. */
function movedLease(lane: LaneRef, lease: Lease, { to, cursor = null }: Move, rows: readonly MovedRow[]): Lease {
  const [row] = rows;
  if (!row) throw new LeaseLostError(lane);
  return { ...lease, position: to, cursor, filled: row.filled, troubled: false, wanted: row.wanted };
}

/**
 * Moves the checkpoint from where this consumer believes it to be, or nothing: a zombie, a second process and a repeated
 * batch all fail here, in the transaction that would write their rows, and so does everybody once the store is in another
 * epoch. First in that transaction, so that the row lock keeps a take-over, or the raising of the epoch, waiting until the
 * outcome is known.
 */
export async function moveCheckpoint(client: Queryable, lane: LaneRef, lease: Lease, move: Move): Promise<Lease> {
  const { rows } = await client.query<MovedRow>({
    name: 'safar move checkpoint',
    text: movement(1),
    values: movementOf(lane, lease, move),
  });
  return movedLease(lane, lease, move, rows);
}

const MOVE_MANY = `WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
      $9::float8[], $10::text[]) WITH ORDINALITY AS a (name, version, build, lane, position, fence, epoch, upto, lease_ms, cursor, ordinal)),
  free AS (
    SELECT c.name, c.version, c.build, c.lane, a.fence, a.position, upto, lease_ms, cursor, ordinal
    FROM es.consumers c JOIN asked a USING (name, version, build, lane)
    WHERE c.position = a.position AND c.fence = a.fence AND c.epoch = a.epoch AND c.epoch = ${STORE_EPOCH}
    FOR NO KEY UPDATE OF c SKIP LOCKED)
  UPDATE es.consumers SET position = upto, feed_cursor = cursor, status = 'running', error = NULL,
    lease_until = clock_timestamp() + lease_ms * interval '1 ms'
  FROM free
  WHERE (consumers.name, consumers.version, consumers.build, consumers.lane) = (free.name, free.version, free.build, free.lane)
    AND consumers.position = free.position AND consumers.fence = free.fence
  RETURNING ordinal, filled_at IS NOT NULL AS filled, ${WANTED} AS wanted`;

/**
 * Moves checkpoints of several consumers in one transaction, each as `moveCheckpoint` does. Where one was not moved, the lease was lost or
 * somebody has it locked: nobody is waited for, so that nobody waits in a circle.
 */
export async function moveCheckpoints(
  db: Queryable,
  asked: readonly (readonly [LaneRef, Lease, Move])[],
): Promise<readonly (Lease | undefined)[]> {
  const { rows } = await db.query<MovedRow & Numbered>({
    name: 'safar move checkpoints',
    text: MOVE_MANY,
    values: columnsOf(asked.map(([lane, lease, move]) => movementOf(lane, lease, move))),
  });
  return inOrder(asked, rows, ([lane, lease, move], row) => movedLease(lane, lease, move, [row]));
}

/** The same together with an insertion, in one statement: the rows are written if and only if the checkpoint was moved. */
export async function moveCheckpointAndInsert(
  client: Queryable,
  lane: LaneRef,
  lease: Lease,
  { insertion: { name, text, values }, ...move }: Move & { readonly insertion: Statement },
): Promise<Lease> {
  const { rows } = await client.query<MovedRow>({
    name: `${name} moving`,
    text: `WITH moved AS (${movement(values.length + 1)}), inserted AS (${text} WHERE EXISTS (SELECT FROM moved))
      SELECT filled, wanted FROM moved`,
    values: [...values, ...movementOf(lane, lease, move)],
  });
  return movedLease(lane, lease, move, rows);
}

/** Says for everybody to see why a consumer does not move, or that it does again. */
export async function recordTrouble(
  db: Queryable,
  lane: LaneRef,
  owner: string,
  trouble: { readonly status: 'running' | 'paused' | 'failed'; readonly error: string | null },
): Promise<void> {
  await db.query(`UPDATE es.consumers SET status = $6, error = $7 WHERE ${WHERE_LANE} AND owner = $5`, [
    ...idOf(lane),
    owner,
    trouble.status,
    trouble.error,
  ]);
}
