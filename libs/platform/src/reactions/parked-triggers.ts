import type { EpochMs, Position, Reaction, RecordedEvent } from '#kernel';
import { describeError, type Queryable } from '#platform/consumers';
import { type KeyRun } from './run-key.js';

/** A trigger that waits for a decision. */
export interface ParkedTrigger {
  readonly name: string;
  readonly version: number;
  readonly key: string;
  /** Of the event; of a timer, up to where the log had been read. */
  readonly position: Position;
  /** Which timer; empty for an event. */
  readonly timer: string;
  readonly dueAt: EpochMs | null;
  readonly readAfter: Position;
  readonly type: string;
  /** Its own failures; 0 for one that only waits behind another of its key. */
  readonly attempts: number;
  readonly error: string | null;
  readonly firstAt: EpochMs;
  readonly status: 'parked' | 'released' | 'discarded';
}

export interface ToPark {
  readonly key: string;
  readonly run?: KeyRun;
  /** Events that come behind what failed. */
  readonly behind: readonly RecordedEvent[];
}

interface Line {
  readonly key: string;
  readonly position: Position;
  readonly timer: string;
  readonly dueAt: EpochMs | null;
  readonly readAfter: Position;
  readonly type: string;
  readonly error?: unknown;
}

/** Sets triggers aside in the transaction that passes over them; answers how many. */
export async function parkTriggers(
  db: Queryable,
  { name, version }: Reaction,
  all: readonly ToPark[],
  page: { readonly upTo: Position; readonly readAfter: (event: RecordedEvent) => Position },
): Promise<number> {
  const ofEvent = (key: string, event: RecordedEvent): Line => ({
    ...{ key, position: event.position, timer: '', dueAt: null, type: event.type },
    readAfter: page.readAfter(event),
  });
  const lines = all.flatMap(({ key, run, behind }): Line[] => {
    const waiting = behind.map((event) => ofEvent(key, event));
    if (!run?.failed) return waiting;
    const { trigger, error } = run.failed;
    if (trigger.kind === 'event') return [{ ...ofEvent(key, trigger.event), error }, ...waiting];
    const { name: timer, dueAt } = trigger.timer;
    return [{ key, position: page.upTo, timer, dueAt, readAfter: page.upTo, type: 'timer', error }, ...waiting];
  });
  if (lines.length === 0) return 0;
  const errors = lines.map((line) => ('error' in line ? describeError(line.error) : undefined));
  await db.query(
    `INSERT INTO es.reaction_parked (name, version, key, position, timer, due_at, read_after, type, attempts, error_class, error)
     SELECT $1, $2, * FROM unnest($3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::integer[],
       $10::text[], $11::text[])
     ON CONFLICT (name, version, key, position, timer) DO UPDATE
       SET status = 'parked', attempts = reaction_parked.attempts + 1, error_class = excluded.error_class, error = excluded.error`,
    [
      ...[name, version],
      lines.map(({ key }) => key),
      lines.map(({ position }) => position),
      lines.map(({ timer }) => timer),
      lines.map(({ dueAt }) => dueAt),
      lines.map(({ readAfter }) => readAfter),
      lines.map(({ type }) => type),
      errors.map((error) => (error ? 1 : 0)),
      errors.map((error) => error?.errorClass ?? null),
      errors.map((error) => error?.text ?? null),
    ],
  );
  return lines.length;
}

interface ParkedRow {
  readonly name: string;
  readonly version: number;
  readonly key: string;
  readonly position: string;
  readonly timer: string;
  readonly due_at: string | null;
  readonly read_after: string;
  readonly type: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly first_at: Date;
  readonly status: ParkedTrigger['status'];
}

/** Oldest position first; at one position the timer, which came before. */
export async function listTriggers(
  db: Queryable,
  filter: { readonly name: string; readonly key?: string; readonly decidedToo?: boolean; readonly limit: number },
): Promise<readonly ParkedTrigger[]> {
  const { rows } = await db.query<ParkedRow>(
    `SELECT * FROM es.reaction_parked WHERE name = $1 AND ($2::text IS NULL OR key = $2) AND (status = 'parked' OR $3)
     ORDER BY key, position, timer DESC LIMIT $4`,
    [filter.name, filter.key ?? null, filter.decidedToo ?? false, filter.limit],
  );
  return rows.map(({ due_at, read_after, first_at, ...row }) => ({
    ...{ name: row.name, version: row.version, key: row.key, timer: row.timer, type: row.type, status: row.status },
    ...{ attempts: row.attempts, error: row.error, position: BigInt(row.position), readAfter: BigInt(read_after) },
    dueAt: due_at === null ? null : Number(due_at),
    firstAt: first_at.getTime(),
  }));
}
