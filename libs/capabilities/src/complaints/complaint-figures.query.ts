import { type ComplaintFiguresParameters, type ComplaintFiguresView, type DurationFigures } from '#contracts';
import { type Position, type ReadModels } from '#kernel';

/** A root cause that comes back within it has not been dealt with. */
const RECURRENCE_DAYS = 90;

interface Counted {
  readonly received: bigint;
  readonly acknowledged: bigint;
  readonly ack_mean: string | null;
  readonly ack_median: string | null;
  readonly ack_p90: string | null;
  readonly decided: bigint;
  readonly decided_mean: string | null;
  readonly decided_median: string | null;
  readonly decided_p90: string | null;
  readonly upheld: bigint;
  readonly partly: bigint;
  readonly explained: bigint;
  readonly recurred: bigint;
}

/** Of complaints that were stored as received in the future, what came before that took no time; what has not come, none that is known. */
const seconds = (column: string): string =>
  `CASE WHEN ${column} IS NOT NULL THEN greatest(0, extract(epoch FROM ${column} - c.received_at)) END`;
const durations = (name: string, column: string): string => `
  round(avg(${seconds(column)}), 3)::text AS ${name}_mean,
  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ${seconds(column)})::numeric, 3)::text AS ${name}_median,
  round(percentile_cont(0.9) WITHIN GROUP (ORDER BY ${seconds(column)})::numeric, 3)::text AS ${name}_p90`;

const figuresSql = `
  SELECT count(*) AS received, count(acknowledged_at) AS acknowledged, ${durations('ack', 'acknowledged_at')},
    count(decided_at) AS decided, ${durations('decided', 'decided_at')},
    count(*) FILTER (WHERE outcome = 'upheld') AS upheld, count(*) FILTER (WHERE outcome = 'partly_upheld') AS partly,
    count(root_cause) AS explained,
    count(*) FILTER (WHERE root_cause IS NOT NULL AND EXISTS (
      SELECT FROM {complaints} b WHERE b.root_cause = c.root_cause AND b.complaint_id <> c.complaint_id
        AND b.received_at >= c.received_at - interval '${String(RECURRENCE_DAYS)} days'
        AND (b.received_at, b.complaint_id) < (c.received_at, c.complaint_id))) AS recurred
  FROM {complaints} c WHERE received_at >= $1::timestamptz AND received_at < $2::timestamptz`;

/** Figures of the complaints that were received in a range of time; see docs/how-to/complaints.md. */
export async function complaintFigures(
  readModels: ReadModels,
  { from, to }: ComplaintFiguresParameters,
  position: Position,
): Promise<ComplaintFiguresView> {
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const [row] = await readModels.query<Counted>(figuresSql, [range.from, range.to]);
  if (row === undefined) throw new Error('a count has no row');
  const [decided, upheld] = [Number(row.decided), Number(row.upheld)];
  return {
    ...range,
    received: Number(row.received),
    toAcknowledge: duration(row.acknowledged, row.ack_mean, row.ack_median, row.ack_p90),
    toDecision: duration(row.decided, row.decided_mean, row.decided_median, row.decided_p90),
    decided,
    upheld,
    partlyUpheld: Number(row.partly),
    upheldPercent: decided === 0 ? null : Math.floor((2_000 * upheld + decided) / (2 * decided)) / 10,
    explained: Number(row.explained),
    recurred: Number(row.recurred),
    position: position.toString(),
  };
}

const duration = (n: bigint, ...[mean, median, p90]: readonly (string | null)[]): DurationFigures => ({
  n: Number(n),
  meanSeconds: numberOf(mean),
  medianSeconds: numberOf(median),
  p90Seconds: numberOf(p90),
});

const numberOf = (text: string | null | undefined): number | null => (text ? Number(text) : null);
