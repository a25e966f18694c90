import type pg from 'pg';
import { describeError, isOutage } from '#platform/consumers';
import { AppendOutcomeUnknownError, StoreBusyError, StoreGuardError } from '#platform/event-store';
import { type CommandRow } from './choose-heads.js';
import { CommandRefusedError, CommandTooEarlyError } from './execute-command.js';
import { type ReactionSettings } from './settings.js';

/** A command that has ended. */
export interface Outcome {
  readonly row: CommandRow;
  /** Why it failed; `undefined`: it is done. */
  readonly error: unknown;
}

export interface Recorded {
  /** There was an answer: also "too early" is one. */
  readonly answered: boolean;
  /** So many are done, or will not be tried again by themselves. */
  readonly left: number;
  /** So many of them wait for somebody now. */
  readonly parked: number;
  /** What all commands need is away: nothing is wrong with any, and the whole reaction waits. */
  readonly hindrance?: unknown;
  /** What one of them needs is behind: others may move all the same. */
  readonly tooEarly?: CommandTooEarlyError;
}

/** Forgets what is done, and writes down when the others are tried again. */
export async function recordOutcomes(
  pool: pg.Pool,
  name: string,
  outcomes: readonly Outcome[],
  settings: ReactionSettings,
): Promise<Recorded> {
  const done = outcomes.filter(({ error }) => error === undefined).map(({ row }) => row);
  if (done.length > 0)
    await pool.query(
      `DELETE FROM es.reaction_commands c USING unnest($2::text[], $3::bigint[]) AS d(key, seq)
       WHERE c.name = $1 AND c.key = d.key AND c.seq = d.seq`,
      [name, done.map(({ key }) => key), done.map(({ seq }) => seq)],
    );
  const early = outcomes.filter(({ error }) => error instanceof CommandTooEarlyError).map(({ row }) => row);
  if (early.length > 0) await putOff(pool, name, early, settings);
  let parked = 0;
  for (const { row, error } of outcomes) {
    if (error === undefined || isNobodysFault(error)) continue;
    if ((await recordFailure(pool, name, row, { error, settings })) === 'parked') parked++;
  }
  const errors = outcomes.map(({ error }) => error);
  const hindrance = errors.find((error) => error !== undefined && isAway(error));
  const tooEarly = errors.find((error) => error instanceof CommandTooEarlyError);
  return {
    answered: errors.some((error) => error === undefined || !isAway(error)),
    left: done.length + parked,
    parked,
    ...(hindrance !== undefined && { hindrance }),
    ...(tooEarly !== undefined && { tooEarly }),
  };
}

/** Something that a command needs is away or behind: nothing is wrong with it, and it is tried again for as long as that takes. */
export const isNobodysFault = (error: unknown): boolean => error instanceof CommandTooEarlyError || isAway(error);

/** Something that all commands need is away. */
const isAway = (error: unknown): boolean =>
  error instanceof StoreBusyError ||
  error instanceof AppendOutcomeUnknownError ||
  error instanceof StoreGuardError ||
  isOutage(error);

/** Whoever does commands has waited already for what they need. It is no try of theirs, and they are in nobody's way meanwhile. */
async function putOff(
  pool: pg.Pool,
  name: string,
  early: readonly CommandRow[],
  { pollMs, maxBackoffMs }: ReactionSettings,
): Promise<void> {
  await pool.query(
    `UPDATE es.reaction_commands c SET retry_at = clock_timestamp() + $4 * interval '1 ms'
     FROM unnest($2::text[], $3::bigint[]) AS e(key, seq)
     WHERE c.name = $1 AND c.key = e.key AND c.seq = e.seq AND c.status = 'waiting'`,
    [name, early.map(({ key }) => key), early.map(({ seq }) => seq), Math.min(pollMs, maxBackoffMs)],
  );
}

async function recordFailure(
  pool: pg.Pool,
  name: string,
  { key, seq, attempts }: CommandRow,
  { error, settings }: { readonly error: unknown; readonly settings: ReactionSettings },
): Promise<'parked' | 'waiting'> {
  const { errorClass, text } = describeError(error);
  const isLast = error instanceof CommandRefusedError || attempts + 1 >= settings.commandAttempts;
  const waitMs = Math.min(settings.backoffMs * 2 ** Math.min(attempts, 20), settings.maxBackoffMs);
  const status = isLast ? 'parked' : 'waiting';
  await pool.query(
    `UPDATE es.reaction_commands SET attempts = attempts + 1, error_class = $4, error = $5, status = $6,
       retry_at = clock_timestamp() + $7 * interval '1 ms'
     WHERE name = $1 AND key = $2 AND seq = $3 AND status = 'waiting'`,
    [name, key, seq, errorClass, text, status, waitMs],
  );
  return status;
}
