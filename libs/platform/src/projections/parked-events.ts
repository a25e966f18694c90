import type { EpochMs, Position, RecordedEvent } from '#kernel';
import { type BuildRef, describeError, type LaneRef, type Queryable } from '#platform/consumers';
import { type Folded } from './folding.js';

/** What a consumer has to know of what was set aside before. */
export interface ParkedBefore {
  /** Keys with a parked event. */
  readonly keys: ReadonlySet<string>;
  /** Parked events of the lane that failed themselves. */
  readonly failed: number;
  /** Those that only wait behind another one of their key. */
  readonly waiting: number;
  /** Ahead of the checkpoint, by decision not to be applied. */
  readonly discarded: ReadonlySet<Position>;
}

/** An event that waits for a decision. */
export interface ParkedEvent extends LaneRef {
  readonly key: string;
  readonly position: Position;
  readonly eventId: string;
  readonly type: string;
  /** The event's own failures; 0 for one that only waits behind another of its key. */
  readonly attempts: number;
  readonly errorClass: string | null;
  readonly error: string | null;
  readonly firstAt: EpochMs;
  readonly status: 'parked' | 'released' | 'discarded';
  readonly decidedBy: string | null;
  readonly decidedAt: EpochMs | null;
  readonly reason: string | null;
}

interface ParkedKey {
  readonly key: string;
  readonly failed: number;
  readonly waiting: number;
  /** Of one that is discarded. */
  readonly position: string | null;
}

export async function parkedBefore(db: Queryable, lane: LaneRef, position: Position): Promise<ParkedBefore> {
  const { rows } = await db.query<ParkedKey>(
    `SELECT key, NULL::bigint AS position, count(*) FILTER (WHERE attempts > 0)::integer AS failed,
       count(*) FILTER (WHERE attempts = 0)::integer AS waiting FROM es.parked
     WHERE name = $1 AND version = $2 AND build = $3 AND lane = $4 AND status = 'parked' GROUP BY key
     UNION ALL SELECT key, position, 0, 0 FROM es.parked
     WHERE name = $1 AND version = $2 AND build = $3 AND status = 'discarded' AND position > $5`,
    [lane.name, lane.version, lane.build, lane.lane, position],
  );
  const parked = rows.filter((row) => row.position === null);
  return {
    keys: new Set(parked.map(({ key }) => key)),
    failed: parked.reduce((sum, { failed }) => sum + failed, 0),
    waiting: parked.reduce((sum, { waiting }) => sum + waiting, 0),
    discarded: new Set(rows.flatMap((row) => (row.position === null ? [] : [BigInt(row.position)]))),
  };
}

/** Keeps what a fold set aside, in the transaction that passes over it. */
export async function park(
  db: Queryable,
  lane: LaneRef,
  { setAside, superseded }: Folded,
  { readAfter, attempts }: { readonly readAfter: (event: RecordedEvent) => Position; readonly attempts: number },
): Promise<void> {
  if (setAside.length > 0) {
    const errors = setAside.map(({ error }) => (error === undefined ? undefined : describeError(error)));
    await db.query(
      `INSERT INTO es.parked
         (name, version, build, lane, key, position, read_after, event_id, type, recorded_at, attempts, error_class, error)
       SELECT $1, $2, $3, $4, * FROM unnest($5::text[], $6::bigint[], $7::bigint[], $8::uuid[], $9::text[],
         $10::timestamptz[], $11::integer[], $12::text[], $13::text[])`,
      [
        ...[lane.name, lane.version, lane.build, lane.lane],
        setAside.map(({ event }) => event.key),
        setAside.map(({ event }) => event.position),
        setAside.map(({ event }) => readAfter(event)),
        setAside.map(({ event }) => event.id),
        setAside.map(({ event }) => event.type),
        setAside.map(({ event }) => new Date(event.recordedAt)),
        errors.map((error) => (error ? attempts : 0)),
        errors.map((error) => error?.errorClass ?? null),
        errors.map((error) => error?.text ?? null),
      ],
    );
  }
  for (const [key, { position }] of superseded) await supersede(db, lane, key, position);
}

/** What came before the event that removed everything of the key has nothing left to be applied to. */
async function supersede(db: Queryable, lane: LaneRef, key: string, position: Position): Promise<void> {
  await db.query(
    `UPDATE es.parked SET status = 'discarded', decided_by = 'safar', decided_at = clock_timestamp(),
       reason = 'every row of the key was removed at position ' || $5
     WHERE name = $1 AND version = $2 AND build = $3 AND key = $4 AND status = 'parked' AND position < $5::bigint`,
    [lane.name, lane.version, lane.build, key, position.toString()],
  );
}

interface ParkedRow extends BuildRef {
  readonly lane: number;
  readonly key: string;
  readonly position: string;
  readonly read_after: string;
  readonly event_id: string;
  readonly type: string;
  readonly attempts: number;
  readonly error_class: string | null;
  readonly error: string | null;
  readonly first_at: Date;
  readonly status: 'parked' | 'released' | 'discarded';
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly reason: string | null;
}

export interface StoredParkedEvent extends ParkedEvent {
  /** Reading one event after this position gives this event. */
  readonly readAfter: Position;
}

/** Parked events, oldest position first. */
export async function listParked(
  db: Queryable,
  filter: { readonly name: string; readonly key?: string; readonly decidedToo?: boolean; readonly limit: number },
): Promise<readonly StoredParkedEvent[]> {
  const { rows } = await db.query<ParkedRow>(
    `SELECT * FROM es.parked WHERE name = $1 AND ($2::text IS NULL OR key = $2) AND (status = 'parked' OR $3)
     ORDER BY position, version, build LIMIT $4`,
    [filter.name, filter.key ?? null, filter.decidedToo ?? false, filter.limit],
  );
  return rows.map((row) => ({
    name: row.name,
    version: row.version,
    build: row.build,
    lane: row.lane,
    key: row.key,
    position: BigInt(row.position),
    readAfter: BigInt(row.read_after),
    eventId: row.event_id,
    type: row.type,
    attempts: row.attempts,
    errorClass: row.error_class,
    error: row.error,
    firstAt: row.first_at.getTime(),
    status: row.status,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.getTime() ?? null,
    reason: row.reason,
  }));
}
