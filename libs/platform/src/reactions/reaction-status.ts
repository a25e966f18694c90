import type pg from 'pg';
import type { Position, Reaction } from '#kernel';
import type { EventSource } from '#platform/consumers';

/** The truth about one reaction. */
export interface ReactionStatus {
  readonly name: string;
  readonly version: number;
  /** `waiting`: no process has the lease. `new`: it has not run here yet. */
  readonly state: 'running' | 'waiting' | 'paused' | 'failed' | 'new';
  readonly position: Position;
  readonly head: Position;
  readonly eventsBehind: number;
  /** Age of the next event to be handled, by the server's clock; 0 at the head. */
  readonly secondsBehind: number;
  /** Up to here it only remembers, and dispatches nothing. */
  readonly effectsFrom: Position;
  readonly timers: number;
  /** Timers whose due instant is over by the server's clock and that have not fired; those of parked keys among them. */
  readonly overdueTimers: number;
  /** Of the one that is overdue longest. */
  readonly secondsOverdue: number;
  readonly waitingCommands: number;
  readonly parkedTriggers: number;
  readonly parkedCommands: number;
  readonly owner: string | null;
  readonly error: string | null;
}

interface StatusRow {
  readonly version: number;
  readonly position: string;
  readonly status: 'running' | 'paused' | 'failed';
  readonly held: boolean;
  readonly owner: string | null;
  readonly effects_from: string;
  readonly error: string | null;
  readonly now: string;
  readonly timers: number;
  readonly overdue: number;
  readonly seconds_overdue: number;
  readonly waiting: number;
  readonly parked_commands: number;
  readonly parked_triggers: number;
}

export async function reactionStatus(
  pool: pg.Pool,
  source: EventSource,
  reactions: readonly Pick<Reaction, 'name' | 'version'>[],
): Promise<readonly ReactionStatus[]> {
  const statuses: ReactionStatus[] = [];
  for (const { name, version } of reactions) {
    const head = await source.head();
    const row = await readRow(pool, name);
    statuses.push(row ? await statusOf(source, { name, head, row }) : neverRun(name, version, head));
  }
  return statuses;
}

async function readRow(pool: pg.Pool, name: string): Promise<StatusRow | undefined> {
  const { rows } = await pool.query<StatusRow>(
    `SELECT c.version, c.position, c.status, c.owner, c.effects_from, c.error, t.*, m.*, p.parked_triggers,
       coalesce(c.lease_until > clock_timestamp(), false) AS held, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now
     FROM es.consumers c,
       LATERAL (SELECT count(t.key)::integer AS timers, count(*) FILTER (WHERE due_at < n.ms)::integer AS overdue,
           coalesce(greatest(0, n.ms - min(due_at)), 0)::float8 / 1000 AS seconds_overdue
         FROM (SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms) n LEFT JOIN es.reaction_timers t
           ON t.name = $1 AND t.version = c.version GROUP BY n.ms) AS t,
       LATERAL (SELECT count(*) FILTER (WHERE status = 'waiting')::integer AS waiting,
           count(*) FILTER (WHERE status = 'parked')::integer AS parked_commands
         FROM es.reaction_commands m WHERE m.name = $1) AS m,
       LATERAL (SELECT count(*)::integer AS parked_triggers
         FROM es.reaction_parked p WHERE p.name = $1 AND p.version = c.version AND p.status = 'parked') AS p
     WHERE c.name = 'reaction:' || $1`,
    [name],
  );
  return rows[0];
}

async function statusOf(
  source: EventSource,
  { name, head, row }: { readonly name: string; readonly head: Position; readonly row: StatusRow },
): Promise<ReactionStatus> {
  const position = BigInt(row.position);
  const [next] = (await source.read(position, 1)).events;
  return {
    ...{ name, version: row.version, position, head, effectsFrom: BigInt(row.effects_from) },
    state: row.status === 'running' && !row.held ? 'waiting' : row.status,
    eventsBehind: source.distance(position, head),
    secondsBehind: next ? Math.max(0, Number(row.now) - next.recordedAt) / 1_000 : 0,
    ...{ timers: row.timers, overdueTimers: row.overdue, secondsOverdue: row.seconds_overdue },
    ...{ waitingCommands: row.waiting, parkedCommands: row.parked_commands, parkedTriggers: row.parked_triggers },
    ...{ owner: row.owner, error: row.error },
  };
}

const neverRun = (name: string, version: number, head: Position): ReactionStatus => ({
  ...{ name, version, state: 'new', position: 0n, head, eventsBehind: 0, secondsBehind: 0, effectsFrom: 0n },
  ...{ timers: 0, overdueTimers: 0, secondsOverdue: 0, waitingCommands: 0, parkedTriggers: 0, parkedCommands: 0 },
  ...{ owner: null, error: null },
});
