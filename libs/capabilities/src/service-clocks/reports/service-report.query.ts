import {
  isOfDays,
  MAX_REPORT_GROUPS,
  NOBODY,
  type ServiceReportGroup,
  type ServiceReportParameters,
  type ServiceReportView,
} from '#contracts';
import { type EpochMs, type Position, type ReadModels } from '#kernel';
import { type Bucket, bucketsOf } from './buckets.js';
import { SETTLED_AFTER_DAYS } from './evolve-facts.js';
import { type CountedRow, groupOf } from './figures.js';

export interface ServiceReportRequest extends Omit<ServiceReportParameters, 'minPosition'> {
  readonly now: EpochMs;
  readonly position: Position;
}

const rfc3339 = (at: EpochMs): string => new Date(at).toISOString();

/** One-touch resolutions are those that stay so; see docs/how-to/reports.md. */
const SETTLED = `interval '${String(SETTLED_AFTER_DAYS)} days'`;
/** Conversations that were no work: their volume and waits are not counted, whenever they turned out to be that. */
const leftOut = `SELECT conversation_id AS left_out FROM {response-facts} WHERE fact = 'conversation' AND stage <> 'active'`;

const columnOf = { policy: 'policy', channel: 'channel', team: 'team', agent: 'agent' } as const;

/** Figures of a range of time by group: one pass over the facts of that range, found by an index. */
export async function serviceReport(
  readModels: Pick<ReadModels, 'query'>,
  asked: ServiceReportRequest,
): Promise<ServiceReportView> {
  const { from, to, by, timeZone, calendar, now, position } = asked;
  const buckets = isOfDays(by) && timeZone !== undefined ? bucketsOf({ from, to, by, timeZone, calendar }) : undefined;
  const { sql, values } = reportSql(asked, buckets);
  const rows = await readModels.query<CountedRow>(sql, values);
  const names = namesOf(rows, asked, buckets);
  const groups = names.slice(0, MAX_REPORT_GROUPS).map((name): ServiceReportGroup => {
    const bucket = buckets?.[Number(name) - 1];
    const key = buckets ? (bucket?.key ?? null) : name === '' || name === NOBODY ? null : name;
    const mine = rows.filter((row) => row.named === name);
    return { key, label: bucket?.label ?? null, ...groupOf(mine, by === 'policy') };
  });
  return {
    ...{ from: rfc3339(from), to: rfc3339(to), by, timeZone: timeZone ?? null, calendar },
    ...{ groups, more: names.length > MAX_REPORT_GROUPS, at: rfc3339(now), position: position.toString() },
  };
}

/** Every stretch of time that was asked for, empty ones too; otherwise what there is most of first. */
function namesOf(
  rows: readonly CountedRow[],
  { by }: ServiceReportRequest,
  buckets: readonly Bucket[] | undefined,
): readonly string[] {
  if (buckets) return buckets.map((_bucket, index) => String(index + 1));
  if (by === 'total') return [''];
  return [...new Set(rows.map(({ named }) => named))];
}

function reportSql(
  { from, to, by, channel, team, agent, now }: ServiceReportRequest,
  buckets: readonly Bucket[] | undefined,
): { readonly sql: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const given = (value: unknown, type: string): string => `$${String(values.push(value))}::${type}`;
  const named = buckets
    ? `width_bucket(at, ${given(
        buckets.map((bucket) => rfc3339(bucket.from)),
        'timestamptz[]',
      )})::text`
    : by === 'total' || isOfDays(by)
      ? `''`
      : `coalesce(${columnOf[by]}, '')`;
  const conditions = [
    `at >= ${given(rfc3339(from), 'timestamptz')}`,
    `at < ${given(rfc3339(to), 'timestamptz')}`,
    // A verdict that was reached stays.
    '(left_out IS NULL OR verdict IS NOT NULL)',
    // A wait has no policy; what a clock measured has both.
    ...(by === 'policy' ? [`fact = 'clock'`] : []),
    ...(channel === undefined ? [] : [`channel = ${given(channel, 'text')}`]),
    ...(team === undefined ? [] : [`team = ${given(team, 'text')}`]),
    ...(agent === undefined ? [] : [`agent = ${given(agent, 'text')}`]),
  ];
  // Until then nothing is decided, not even what was reopened already: what turns out badly is known first, and would be all that counts.
  const settled = `at + ${SETTLED} <= ${given(rfc3339(now), 'timestamptz')}`;
  const again = `coalesce(reopened_at <= at + ${SETTLED}, false)`;
  const sql = `
    WITH facts AS MATERIALIZED (
      SELECT ${named} AS named, fact, kind, at, elapsed_ms, business_ms, verdict, replies, reopened_at, left_out
      FROM {response-facts} LEFT JOIN (${leftOut}) AS none ON left_out = conversation_id WHERE ${conditions.join(' AND ')}
    ), largest AS (
      SELECT named, count(*) AS size FROM facts GROUP BY named ORDER BY size DESC, named LIMIT ${String(MAX_REPORT_GROUPS + 1)}
    )
    SELECT named, coalesce(kind, 'conversation') AS kind,
      ${durations('calendar', 'elapsed_ms', by === 'policy' ? 'clock' : 'wait')}, ${durations('business', 'business_ms', 'clock')},
      count(*) FILTER (WHERE fact = 'conversation') AS opened,
      count(*) FILTER (WHERE verdict = 'on_time') AS on_time, count(*) FILTER (WHERE verdict = 'breached') AS breached,
      count(*) FILTER (WHERE fact = 'wait') AS ended, count(replies) AS told,
      count(*) FILTER (WHERE replies = 1 AND NOT ${again} AND ${settled}) AS one_touch,
      count(replies) FILTER (WHERE NOT (${settled})) AS one_touch_pending,
      count(*) FILTER (WHERE ${again} AND ${settled}) AS reopened,
      count(*) FILTER (WHERE fact = 'wait' AND NOT (${settled})) AS reopened_pending
    FROM facts JOIN largest USING (named) GROUP BY named, kind, size ORDER BY size DESC, named, kind`;
  return { sql, values };
}

const durations = (name: string, column: string, fact: 'wait' | 'clock'): string => {
  const only = `FILTER (WHERE fact = '${fact}' AND left_out IS NULL)`;
  const percentile = (share: string): string =>
    `round((percentile_cont(${share}) WITHIN GROUP (ORDER BY ${column}) ${only})::numeric / 1000, 3)::text`;
  return `
      count(${column}) ${only} AS ${name}_n, round(avg(${column}) ${only} / 1000, 3)::text AS ${name}_mean,
      ${percentile('0.5')} AS ${name}_median, ${percentile('0.9')} AS ${name}_p90`;
};
