import type pg from 'pg';
import { type Position } from '#kernel';
import { STORE_EPOCH } from '#platform/consumers';

type Queryable = Pick<pg.ClientBase, 'query'>;

/** How far a partition is. */
export interface PartitionMark {
  /** Number of the last record; 0 before the first. */
  readonly sequence: bigint;
  /** The offset behind it: what comes next is there or later. */
  readonly next: bigint;
}

/** By partition. */
export type Marks = readonly PartitionMark[];

/** Every event up to the position is in the topic, and no partition has a record of it behind its mark. */
export interface RelayCheckpoint {
  readonly position: Position;
  readonly epoch: bigint;
  readonly marks: Marks;
  /** Of the numbers: each beginning from one raises it, and what was counted before means nothing any more. */
  readonly generation: bigint;
}

export interface RelayLease extends RelayCheckpoint {
  readonly fence: bigint;
  readonly owner: string;
}

/** Another relay has the lease: what this one knows is out of date. */
export class RelayLeaseLostError extends Error {
  override readonly name = 'RelayLeaseLostError';
  constructor(topic: string) {
    super(`the lease of the relay to ${topic} was taken over`);
  }
}

interface Row {
  readonly position: string;
  readonly epoch: string;
  readonly fence: string;
  readonly marks: unknown;
  readonly generation: string;
}

/** As it is stored: JSON has no 64-bit numbers. */
export const marksToJson = (marks: Marks): string =>
  JSON.stringify(marks.map(({ sequence, next }) => [sequence.toString(), next.toString()]));

export function marksFromJson(value: unknown): Marks {
  if (!Array.isArray(value)) throw new TypeError('marks are a list');
  return value.map((pair: unknown) => {
    const [sequence, next] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return { sequence: BigInt(String(sequence)), next: BigInt(String(next)) };
  });
}

const checkpointOf = ({ position, epoch, marks, generation }: Row): RelayCheckpoint => ({
  position: BigInt(position),
  epoch: BigInt(epoch),
  marks: marksFromJson(marks),
  generation: BigInt(generation),
});

/** Nothing before a relay has started for the first time. */
export async function relayCheckpoint(db: Queryable, topic: string): Promise<RelayCheckpoint | undefined> {
  const { rows } = await db.query<Row>({
    name: 'safar relay checkpoint',
    text: `SELECT position, epoch, fence, marks, generation FROM es.relays WHERE topic = $1`,
    values: [topic],
  });
  return rows[0] && checkpointOf(rows[0]);
}

export interface RelayClaim {
  readonly topic: string;
  readonly partitions: number;
  /** There never was a record in any of them. */
  readonly unused: boolean;
  readonly owner: string;
  readonly leaseMs: number;
  readonly epoch: bigint;
}

/** Before the first record of each partition. */
const noMarks = (partitions: number): string =>
  marksToJson(Array.from({ length: partitions }, () => ({ sequence: 0n, next: 0n })));

/**
 * Takes the lease when it is free, has run out, or is ours already; every taking raises the fence. `fenced`: the store is in
 * another epoch than the one that is given, in which this process reads it. `unknown`: records are in the topic and nothing says
 * which: counted from one again, new ones would pass for duplicates. (Marks of zero beside records are another thing: a relay
 * that died between its first write and its first move leaves them, and sends the same again.)
 */
export async function acquireRelayLease(
  db: Queryable,
  { topic, partitions, unused, owner, leaseMs, epoch }: RelayClaim,
): Promise<RelayLease | 'taken' | 'fenced' | 'unknown'> {
  if (unused)
    await db.query(
      `INSERT INTO es.relays (topic, position, epoch, marks) SELECT $1, 0, $2, $3 WHERE $2 = ${STORE_EPOCH}
       ON CONFLICT DO NOTHING`,
      [topic, epoch, noMarks(partitions)],
    );
  const { rows } = await db.query<Row>(
    `UPDATE es.relays SET owner = $2, fence = fence + 1, lease_until = clock_timestamp() + $3 * interval '1 ms'
     WHERE topic = $1 AND (owner IS NULL OR owner = $2 OR lease_until < clock_timestamp()) AND $4 = ${STORE_EPOCH}
     RETURNING position, epoch, fence, marks, generation`,
    [topic, owner, leaseMs, epoch],
  );
  const [row] = rows;
  if (row) return { ...checkpointOf(row), fence: BigInt(row.fence), owner };
  const found = await db.query<{ fenced: boolean; known: boolean }>(
    `SELECT $2 IS DISTINCT FROM ${STORE_EPOCH} AS fenced, EXISTS (SELECT FROM es.relays WHERE topic = $1) AS known`,
    [topic, epoch],
  );
  const [{ fenced, known } = { fenced: true, known: true }] = found.rows;
  if (fenced) return 'fenced';
  // One that was made anew a moment ago, without a row for that moment, is only asked for again.
  return known || unused ? 'taken' : 'unknown';
}

/** From where this relay believes it to be, or not at all; not either once the store is in another epoch. */
export async function moveRelay(
  db: Queryable,
  { topic, leaseMs }: Pick<RelayClaim, 'topic' | 'leaseMs'>,
  lease: RelayLease,
  to: { readonly position: Position; readonly marks: Marks },
): Promise<RelayLease> {
  const { rowCount } = await db.query({
    name: 'safar move relay',
    text: `UPDATE es.relays SET position = $5, marks = $6, error = NULL, lease_until = clock_timestamp() + $7 * interval '1 ms'
      WHERE topic = $1 AND position = $2 AND fence = $3 AND epoch = $4 AND epoch = ${STORE_EPOCH} AND owner = $8`,
    values: [topic, lease.position, lease.fence, lease.epoch, to.position, marksToJson(to.marks), leaseMs, lease.owner],
  });
  if (rowCount === 0) throw new RelayLeaseLostError(topic);
  return { ...lease, ...to };
}

/** Of no history: the topic is not the one whose records were counted. */
export const DISOWNED = 0n;

/** Whoever takes the lease from now on finds out that nobody may go on, however the topic looks by then. */
export async function disownTopic(db: Queryable, topic: string, { fence, owner }: RelayLease): Promise<void> {
  await db.query(`UPDATE es.relays SET epoch = $4 WHERE topic = $1 AND fence = $2 AND owner = $3`, [
    topic,
    fence,
    owner,
    DISOWNED,
  ]);
}

/** Keeps an idle relay's lease; not once the store is in another epoch. */
export async function renewRelayLease(
  db: Queryable,
  { topic, leaseMs }: Pick<RelayClaim, 'topic' | 'leaseMs'>,
  { fence, epoch, owner }: RelayLease,
): Promise<void> {
  const { rowCount } = await db.query(
    `UPDATE es.relays SET lease_until = clock_timestamp() + $4 * interval '1 ms', error = NULL
     WHERE topic = $1 AND fence = $2 AND epoch = $3 AND epoch = ${STORE_EPOCH} AND owner = $5`,
    [topic, fence, epoch, leaseMs, owner],
  );
  if (rowCount === 0) throw new RelayLeaseLostError(topic);
}

export async function giveUpRelayLease(db: Queryable, topic: string, owner: string): Promise<void> {
  await db.query(`UPDATE es.relays SET owner = NULL, lease_until = NULL WHERE topic = $1 AND owner = $2`, [
    topic,
    owner,
  ]);
}

/** For everybody to see why it stands still. */
export async function recordRelayTrouble(db: Queryable, topic: string, owner: string, error: string): Promise<void> {
  await db.query(`UPDATE es.relays SET error = $3 WHERE topic = $1 AND owner = $2`, [topic, owner, error]);
}

/**
 * Back to the beginning, in the epoch in which the store is. The row stays, and its fence rises: were it made anew, a relay that
 * slept over it could find its old fence again. False: somebody has the lease.
 */
export async function rewindRelay(db: Queryable, topic: string, partitions: number): Promise<boolean> {
  const { rows } = await db.query<{ held: boolean }>(
    `WITH rewound AS (
       UPDATE es.relays SET position = 0, marks = $2, epoch = ${STORE_EPOCH}, fence = fence + 1,
         generation = generation + 1, owner = NULL, lease_until = NULL, error = NULL
       WHERE topic = $1 AND (owner IS NULL OR lease_until IS NULL OR lease_until <= clock_timestamp()) RETURNING topic)
     SELECT EXISTS (SELECT FROM es.relays WHERE topic = $1) AND NOT EXISTS (SELECT FROM rewound) AS held`,
    [topic, noMarks(partitions)],
  );
  return rows[0]?.held === false;
}
