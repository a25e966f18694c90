import type pg from 'pg';
import { type EpochMs } from '#kernel';

type Queryable = Pick<pg.ClientBase, 'query'>;

/** By partition, the offset that is read next. */
export type Offsets = ReadonlyMap<number, bigint>;

export interface InboundLease {
  readonly offsets: Offsets;
  readonly fence: bigint;
  readonly owner: string;
}

/** Another process reads the topic: what this one knows is out of date. */
export class InboundLeaseLostError extends Error {
  override readonly name = 'InboundLeaseLostError';
  constructor(topic: string) {
    super(`the lease to read ${topic} was taken over`);
  }
}

interface Row {
  readonly offsets: unknown;
  readonly fence: string;
}

/** As it is stored: JSON has no 64-bit numbers. In the order of the partitions, so that the same offsets are the same text. */
const offsetsToJson = (offsets: Offsets): string =>
  JSON.stringify([...offsets].sort(([one], [other]) => one - other).map(([p, offset]) => [p, offset.toString()]));

function offsetsFromJson(value: unknown): Offsets {
  if (!Array.isArray(value)) throw new TypeError('offsets are a list');
  return new Map(
    value.map((pair: unknown): [number, bigint] => {
      const [partition, offset] = Array.isArray(pair) ? (pair as unknown[]) : [];
      return [Number(partition), BigInt(String(offset))];
    }),
  );
}

export interface InboundClaim {
  readonly topic: string;
  readonly owner: string;
  readonly leaseMs: number;
}

/** Takes the lease when it is free, has run out, or is ours already; every taking raises the fence. */
export async function acquireInboundLease(
  db: Queryable,
  { topic, owner, leaseMs }: InboundClaim,
): Promise<InboundLease | 'taken'> {
  await db.query(`INSERT INTO es.inbound (topic) VALUES ($1) ON CONFLICT DO NOTHING`, [topic]);
  const { rows } = await db.query<Row>(
    `UPDATE es.inbound SET owner = $2, fence = fence + 1, lease_until = clock_timestamp() + $3 * interval '1 ms'
     WHERE topic = $1 AND (owner IS NULL OR owner = $2 OR lease_until < clock_timestamp()) RETURNING offsets, fence`,
    [topic, owner, leaseMs],
  );
  const [row] = rows;
  return row ? { offsets: offsetsFromJson(row.offsets), fence: BigInt(row.fence), owner } : 'taken';
}

/** @param expired records that the topic deleted before they were read */
export async function moveInbound(
  db: Queryable,
  { topic, leaseMs }: InboundClaim,
  lease: InboundLease,
  { offsets, expired = 0n }: { readonly offsets: Offsets; readonly expired?: bigint },
): Promise<InboundLease> {
  const { rowCount } = await db.query({
    name: 'safar move inbound',
    text: `UPDATE es.inbound SET offsets = $5, expired = expired + $6, error = NULL,
        expired_at = CASE WHEN $6::bigint > 0 THEN clock_timestamp() ELSE expired_at END,
        lease_until = clock_timestamp() + $7 * interval '1 ms'
      WHERE topic = $1 AND owner = $2 AND fence = $3 AND offsets::text = $4`,
    values: [
      ...[topic, lease.owner, lease.fence, offsetsToJson(lease.offsets), offsetsToJson(offsets)],
      ...[expired, leaseMs],
    ],
  });
  if (rowCount === 0) throw new InboundLeaseLostError(topic);
  return { ...lease, offsets };
}

export async function renewInboundLease(
  db: Queryable,
  { topic, leaseMs }: InboundClaim,
  { owner, fence }: InboundLease,
): Promise<void> {
  const { rowCount } = await db.query(
    `UPDATE es.inbound SET lease_until = clock_timestamp() + $4 * interval '1 ms'
     WHERE topic = $1 AND owner = $2 AND fence = $3`,
    [topic, owner, fence, leaseMs],
  );
  if (rowCount === 0) throw new InboundLeaseLostError(topic);
}

export async function giveUpInboundLease(db: Queryable, topic: string, owner: string): Promise<void> {
  await db.query(`UPDATE es.inbound SET owner = NULL, lease_until = NULL WHERE topic = $1 AND owner = $2`, [
    topic,
    owner,
  ]);
}

/** For everybody to see why it stands still. */
export async function recordInboundTrouble(db: Queryable, topic: string, owner: string, error: string): Promise<void> {
  await db.query(`UPDATE es.inbound SET error = $3 WHERE topic = $1 AND owner = $2`, [topic, owner, error]);
}

export interface InboundState {
  readonly offsets: Offsets;
  /** Records that the topic deleted before they were read, at most. */
  readonly expired: bigint;
  /** When the last of them were found to be gone. */
  readonly expiredAt: EpochMs | undefined;
}

/** Nothing before anybody has read the topic. */
export async function inboundState(db: Queryable, topic: string): Promise<InboundState | undefined> {
  const { rows } = await db.query<{ offsets: unknown; expired: string; expired_at: Date | null }>(
    `SELECT offsets, expired, expired_at FROM es.inbound WHERE topic = $1`,
    [topic],
  );
  const [row] = rows;
  return (
    row && {
      offsets: offsetsFromJson(row.offsets),
      expired: BigInt(row.expired),
      expiredAt: row.expired_at?.getTime(),
    }
  );
}
