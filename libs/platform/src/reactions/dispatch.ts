import type pg from 'pg';
import { describeError, isOutage } from '#platform/consumers';
import { AppendOutcomeUnknownError, StoreBusyError, StoreGuardError } from '#platform/event-store';
import {
  CommandRefusedError,
  CommandTooEarlyError,
  type IssuedCommand,
  type RunnableReaction,
} from './execute-command.js';
import { type ReactionSettings } from './settings.js';

interface CommandRow {
  readonly key: string;
  readonly seq: string;
  readonly id: string;
  readonly at: string;
  readonly command: unknown;
  readonly causation_id: string;
  readonly correlation_id: string;
  readonly attempts: number;
  readonly status: 'waiting' | 'parked';
  readonly wait_ms: number;
  readonly waiting: string;
}

export interface Dispatched {
  /** When the next command may be tried again, from now; `undefined`: none waits. */
  readonly retryInMs: number | undefined;
  /** Nothing was asked, or there was an answer: also "too early" is one. */
  readonly answered: boolean;
  /** Some are done, or will not be tried again by themselves. */
  readonly moved: boolean;
  /** How many wait after that, for their turn or for another try; without those behind one that is parked, which wait for somebody. */
  readonly waiting: number;
  /** What all commands need is away: nothing is wrong with any, and the whole reaction waits. */
  readonly hindrance?: unknown;
  /** What one needs is behind, and none moved: others may move all the same. */
  readonly tooEarly?: CommandTooEarlyError;
}

/**
 * Dispatches commands from both ends: half of them are the oldest, so that none is passed over for ever; the others those of what
 * happened last, so that nobody waits for all of a backlog or of a history that is being imported. Of each key it is the first: the
 * next one of a key only after this one is done and its row is gone, unless the reaction says that it is about something else. A kill
 * in between leaves the row, and the command is done again under its id.
 */
export async function dispatchHeads(
  pool: pg.Pool,
  { reaction: { name, about }, execute }: RunnableReaction,
  settings: ReactionSettings,
): Promise<Dispatched> {
  const rows = await readHeads(pool, name, { ...settings, whole: about !== undefined });
  const { heads, waiting } = about ? firstAbout(rows, about) : { heads: rows, waiting: Number(rows[0]?.waiting ?? 0) };
  // No wait is longer than the longest, unless the server's clock was set back meanwhile.
  const waits = heads.map(({ wait_ms }) => wait_ms).filter((wait) => wait > 0 && wait <= settings.maxBackoffMs);
  const ready = fromBothEnds(
    heads.filter(({ wait_ms }) => !(wait_ms > 0 && wait_ms <= settings.maxBackoffMs)),
    settings.dispatchAtOnce,
  );
  const outcomes = await Promise.all(ready.map((row) => tryCommand(name, row, execute)));
  const done = ready.filter((_, index) => outcomes[index] === undefined);
  if (done.length > 0)
    await pool.query(
      `DELETE FROM es.reaction_commands c USING unnest($2::text[], $3::bigint[]) AS d(key, seq)
       WHERE c.name = $1 AND c.key = d.key AND c.seq = d.seq`,
      [name, done.map(({ key }) => key), done.map(({ seq }) => seq)],
    );
  const early = ready.filter((_, index) => outcomes[index] instanceof CommandTooEarlyError);
  if (early.length > 0) await putOff(pool, name, early, settings);
  let parked = 0;
  for (const [index, error] of outcomes.entries()) {
    const row = ready[index];
    if (!row || error === undefined || isNobodysFault(error)) continue;
    if ((await recordFailure(pool, name, row, { error, settings })) === 'parked') parked++;
  }
  const hindrance = outcomes.find((error) => error !== undefined && isAway(error));
  const moved = done.length + parked > 0;
  const tooEarly = moved ? undefined : outcomes.find((error) => error instanceof CommandTooEarlyError);
  // What was done or parked may have kept another one beyond the limit. Where all came too early, the others are in no hurry.
  const isMore = moved || (heads.length > ready.length + waits.length && tooEarly === undefined);
  return {
    retryInMs: isMore ? 0 : ready.length > 0 ? settings.backoffMs : waits.length > 0 ? Math.min(...waits) : undefined,
    moved,
    waiting: waiting - done.length - parked,
    answered: outcomes.length === 0 || outcomes.some(isAnswer),
    ...(hindrance !== undefined && { hindrance }),
    ...(tooEarly !== undefined && { tooEarly }),
  };
}

/**
 * The first command of each key that waits, by age, and of keys that are alike before a slash the first alone; `whole`: every command
 * that waits or is parked. Keys whose first command is parked are passed over before the limit counts, or enough of them would hide all
 * keys behind them; what is far from both ends, and would not be tried again sooner than others, stays where it is.
 */
async function readHeads(
  pool: pg.Pool,
  name: string,
  { maxParked, maxWaiting, dispatchAtOnce, whole }: ReactionSettings & { readonly whole: boolean },
): Promise<readonly CommandRow[]> {
  const { rows } = await pool.query<CommandRow>(
    // Of what is sorted only what it is sorted by: a third of the time.
    `SELECT c.key, c.seq, id, at, command, causation_id, correlation_id, attempts, status, wait_ms, waiting
     FROM (SELECT key, seq, wait_ms, waiting
       FROM (SELECT *, row_number() OVER (PARTITION BY wait_ms > 0 ORDER BY wait_ms, seq) AS from_first,
           row_number() OVER (PARTITION BY wait_ms > 0 ORDER BY at DESC, seq DESC) AS from_last
         FROM (SELECT *, row_number() OVER (PARTITION BY split_part(key, '/', 1) ORDER BY seq) AS turn,
             sum(of_key) OVER () AS waiting
           FROM (SELECT key, seq, at, status, row_number() OVER (PARTITION BY key ORDER BY seq) AS place,
               count(*) FILTER (WHERE status = 'waiting') OVER (PARTITION BY key) AS of_key,
               coalesce(greatest(0, extract(epoch FROM retry_at - clock_timestamp()) * 1000), 0)::float8 AS wait_ms
             FROM es.reaction_commands WHERE name = $1 AND status <> 'discarded') AS every
           WHERE place = 1 AND status = 'waiting' OR $2) AS heads
         WHERE turn = 1 OR $2) AS free
       WHERE least(from_first, from_last) <= $3 OR $2 ORDER BY seq LIMIT $4) AS chosen
     JOIN es.reaction_commands c ON c.name = $1 AND c.key = chosen.key AND c.seq = chosen.seq ORDER BY c.seq`,
    [name, whole, dispatchAtOnce, maxParked + maxWaiting],
  );
  return rows;
}

/** Of so many one half by when they were asked for, and the other by what happened last; all where there are no more. */
function fromBothEnds(rows: readonly CommandRow[], most: number): readonly CommandRow[] {
  const oldest = rows.slice(0, Math.ceil(most / 2));
  const others = rows.slice(oldest.length).toSorted((one, other) => Number(other.at) - Number(one.at));
  return [...oldest, ...others.slice(0, most - oldest.length)];
}

/** Of those that are about the same thing of a key the first, where it is not parked: what is parked holds up nothing else. */
function firstAbout(
  rows: readonly CommandRow[],
  about: (command: unknown) => string,
): { readonly heads: readonly CommandRow[]; readonly waiting: number } {
  const first = new Map<string, CommandRow>();
  let waiting = 0;
  for (const row of rows) {
    const what = JSON.stringify([row.key, about(row.command)]);
    const head = first.get(what) ?? row;
    first.set(what, head);
    if (head.status === 'waiting') waiting += 1;
  }
  return { heads: [...first.values()].filter(({ status }) => status === 'waiting'), waiting };
}

/** Answers why it failed. */
async function tryCommand(reaction: string, row: CommandRow, execute: RunnableReaction['execute']): Promise<unknown> {
  const { id, key, command, causation_id: causationId, correlation_id: correlationId } = row;
  const issued: IssuedCommand = { reaction, id, key, at: Number(row.at), command, causationId, correlationId };
  try {
    await execute(issued);
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}

/** Something that a command needs is away or behind: nothing is wrong with it, and it is tried again for as long as that takes. */
export const isNobodysFault = (error: unknown): boolean => error instanceof CommandTooEarlyError || isAway(error);

/** Something that all commands need is away. */
const isAway = (error: unknown): boolean =>
  error instanceof StoreBusyError ||
  error instanceof AppendOutcomeUnknownError ||
  error instanceof StoreGuardError ||
  isOutage(error);

const isAnswer = (error: unknown): boolean => error === undefined || !isAway(error);

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

/** Commands that are parked, and all that wait. */
export async function countCommands(pool: pg.Pool, name: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT count(*) AS count FROM es.reaction_commands WHERE name = $1 AND status <> 'discarded'`,
    [name],
  );
  return Number(rows[0]?.count ?? 0);
}
