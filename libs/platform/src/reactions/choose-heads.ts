import type pg from 'pg';
import type { Reaction } from '#kernel';
import { type ReactionSettings } from './settings.js';

export interface CommandRow {
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
}

/** A command that may be begun. */
export interface Choice {
  readonly row: CommandRow;
  /** Whether it is one of the oldest, or of those that happened last. */
  readonly end: 'oldest' | 'last';
}

interface Heads {
  /** By age. */
  readonly heads: readonly CommandRow[];
  /** How many wait, for their turn or for another try; without those behind one that is parked, which wait for somebody. */
  readonly waiting: number;
}

export interface Beginnable {
  /** By age: all, or those near both ends, enough for a few rounds. Those that are under way are among them. */
  readonly rows: readonly CommandRow[];
  /** When the first of the others may be tried again, from now; Infinity: none waits for that. */
  readonly retryInMs: number;
  readonly waiting: number;
}

/**
 * What may be begun. Of each key it is the first: the next one of a key only after this one is done and its row is gone, unless the
 * reaction says that it is about something else.
 */
export async function readBeginnable(
  pool: pg.Pool,
  { name, about }: Pick<Reaction, 'name' | 'about'>,
  settings: ReactionSettings,
): Promise<Beginnable> {
  const { heads, waiting } = about
    ? firstAbout(await readAll(pool, name, settings), about)
    : await readHeads(pool, name, settings);
  const waits = heads.map(({ wait_ms }) => wait_ms).filter((wait) => wait > 0);
  return { rows: heads.filter(({ wait_ms }) => wait_ms === 0), retryInMs: Math.min(...waits), waiting };
}

/**
 * Chooses commands from both ends: half of those that are under way are the oldest, so that none is passed over for ever; the others
 * those of what happened last, so that nobody waits for all of a backlog or of a history that is being imported. All where there are no
 * more.
 */
export function fromBothEnds(
  rows: readonly CommandRow[],
  underWay: readonly Pick<Choice, 'end'>[],
  most: number,
): readonly Choice[] {
  const half = Math.ceil(most / 2);
  const oldestUnderWay = underWay.filter(({ end }) => end === 'oldest').length;
  const oldest = rows.slice(0, half - oldestUnderWay);
  const others = rows.slice(oldest.length).toSorted((one, other) => Number(other.at) - Number(one.at));
  const last = others.slice(0, most - half - (underWay.length - oldestUnderWay));
  return [
    ...oldest.map((row) => ({ row, end: 'oldest' as const })),
    ...last.map((row) => ({ row, end: 'last' as const })),
  ];
}

/** From each end so many are read at once: half of what is under way is of one end. */
const ROUNDS = 4;

/** No wait is longer than the longest, unless the server's clock was set back meanwhile. */
const WAIT_MS = `CASE WHEN retry_at > clock_timestamp() + $2 * interval '1 ms' THEN 0
  ELSE coalesce(greatest(0, extract(epoch FROM retry_at - clock_timestamp()) * 1000), 0) END::float8`;

/**
 * The first command of each key that waits, and of keys that are alike before a slash the first alone: those that are near one of both
 * ends, and the one that is tried again soonest. Keys whose first command is parked are passed over before the limit counts, or enough
 * of them would hide all keys behind them.
 */
async function readHeads(
  pool: pg.Pool,
  name: string,
  { maxBackoffMs, dispatchAtOnce }: ReactionSettings,
): Promise<Heads> {
  const { rows } = await pool.query<CommandRow & { readonly waiting: string }>(
    // Keys are sorted by their bytes, and of the ends only as many as are asked for: that takes three quarters of the time.
    `WITH free AS MATERIALIZED (
       SELECT DISTINCT ON (split_part(key, '/', 1) COLLATE "C") key, seq, at, wait_ms, sum(of_key) OVER () AS waiting
       FROM (SELECT DISTINCT ON (key COLLATE "C") key, seq, at, status, ${WAIT_MS} AS wait_ms,
           count(*) FILTER (WHERE status = 'waiting') OVER (PARTITION BY key COLLATE "C") AS of_key
         FROM es.reaction_commands WHERE name = $1 AND status <> 'discarded' ORDER BY key COLLATE "C", seq) AS heads
       WHERE status = 'waiting' ORDER BY split_part(key, '/', 1) COLLATE "C", seq)
     SELECT c.key, c.seq, id, c.at, command, causation_id, correlation_id, attempts, status, wait_ms, waiting
     FROM ((SELECT * FROM free WHERE wait_ms = 0 ORDER BY seq LIMIT $3)
       UNION (SELECT * FROM free WHERE wait_ms = 0 ORDER BY at DESC, seq DESC LIMIT $3)
       UNION (SELECT * FROM free WHERE wait_ms > 0 ORDER BY wait_ms LIMIT 1)) AS chosen
     JOIN es.reaction_commands c ON c.name = $1 AND c.key = chosen.key AND c.seq = chosen.seq ORDER BY c.seq`,
    [name, maxBackoffMs, ROUNDS * dispatchAtOnce],
  );
  return { heads: rows, waiting: Number(rows[0]?.waiting ?? 0) };
}

/** Every command that waits or is parked, by age. */
async function readAll(
  pool: pg.Pool,
  name: string,
  { maxBackoffMs, maxParked, maxWaiting }: ReactionSettings,
): Promise<readonly CommandRow[]> {
  const { rows } = await pool.query<CommandRow>(
    `SELECT key, seq, id, at, command, causation_id, correlation_id, attempts, status, ${WAIT_MS} AS wait_ms
     FROM es.reaction_commands WHERE name = $1 AND status <> 'discarded' ORDER BY seq LIMIT $3`,
    [name, maxBackoffMs, maxParked + maxWaiting],
  );
  return rows;
}

/** Of those that are about the same thing of a key the first, where it is not parked: what is parked holds up nothing else. */
function firstAbout(rows: readonly CommandRow[], about: (command: unknown) => string): Heads {
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

/** How many of a reaction's commands stand so. */
export async function countCommands(
  pool: pg.Pool,
  name: string,
  statuses: readonly CommandRow['status'][],
): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT count(*) AS count FROM es.reaction_commands WHERE name = $1 AND status = ANY ($2)`,
    [name, statuses],
  );
  return Number(rows[0]?.count ?? 0);
}
