import { type BacklogParameters, type BacklogView, MAX_REPORT_GROUPS, NOBODY } from '#contracts';
import { type EpochMs, type Position, type ReadModels } from '#kernel';
import { conditionsOf, Values } from './queue-conditions.js';
import { rfc3339 } from './queue-item.js';
import { wasSql } from './queue-sql.js';

export interface BacklogRequest extends Omit<BacklogParameters, 'minPosition' | 'asOf'> {
  readonly at: EpochMs;
  /** As it was at that time; otherwise as it is. */
  readonly past: boolean;
  readonly position: Position;
}

interface CountedRow {
  readonly named: string;
  readonly conversations: bigint;
  readonly snoozed: bigint;
  readonly breached: bigint;
  readonly oldest: EpochMs | null;
}

const columnOf = {
  total: `''`,
  channel: `coalesce(channel, '')`,
  team: `coalesce(team, '')`,
  agent: 'agent',
  priority: 'priority',
  category: `CASE WHEN category = 'snoozed' AND NOT aside THEN 'open' ELSE category END`,
} as const;

/** How much there is to do, or was at a time: it costs as much as the queue is long then, however long its history is. */
export async function backlog(
  readModels: Pick<ReadModels, 'query'>,
  { at, past, by, position, channel, team, agent }: BacklogRequest,
): Promise<BacklogView> {
  const values = new Values();
  const now = values.of(rfc3339(at), 'timestamptz');
  const filter = {
    ...(channel !== undefined && { channel }),
    ...(team !== undefined && { team }),
    ...(agent !== undefined && { agent }),
  };
  const conditions = ['true', ...conditionsOf({ ...filter, view: 'all', self: '' }, () => now, values, at)].join(
    ' AND ',
  );
  const columns = `channel, team, agent, priority, category, due_at, waiting_since, coalesce(snoozed_until > ${now}, false) AS aside`;
  const there = past
    ? wasSql({ columns, now, conditions, kept: ['queued'] })
    : `SELECT ${columns} FROM {queue} WHERE kept = 'queued' AND ${conditions}`;
  const rows = await readModels.query<CountedRow>(
    // Whoever we wait for does not wait for us.
    `SELECT ${columnOf[by]} AS named, count(*) AS conversations, count(*) FILTER (WHERE aside) AS snoozed,
       count(*) FILTER (WHERE due_at < ${now}) AS breached, min(waiting_since) FILTER (WHERE ${columnOf.category} = 'open') AS oldest
     FROM (${there}) AS there GROUP BY named ORDER BY conversations DESC, named LIMIT ${String(MAX_REPORT_GROUPS + 1)}`,
    values.list,
  );
  return {
    asOf: rfc3339(at),
    by,
    groups: rows.slice(0, MAX_REPORT_GROUPS).map(({ named, conversations, snoozed, breached, oldest }) => ({
      key: named === '' || named === NOBODY ? null : named,
      ...{ conversations: Number(conversations), snoozed: Number(snoozed), breached: Number(breached) },
      oldestWaitingSince: oldest === null ? null : rfc3339(oldest),
    })),
    more: rows.length > MAX_REPORT_GROUPS,
    position: position.toString(),
  };
}
