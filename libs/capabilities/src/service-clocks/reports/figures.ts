import {
  type ClockKind,
  clockKinds,
  type ComplianceFigures,
  type DurationFigures,
  type ServiceReportGroup,
  type ShareFigures,
  type WaitFigures,
} from '#contracts';

/** What was counted of one kind in one group. */
export interface CountedRow {
  readonly named: string;
  readonly kind: ClockKind | 'conversation';
  readonly calendar_n: bigint;
  readonly calendar_mean: string | null;
  readonly calendar_median: string | null;
  readonly calendar_p90: string | null;
  readonly business_n: bigint;
  readonly business_mean: string | null;
  readonly business_median: string | null;
  readonly business_p90: string | null;
  readonly opened: bigint;
  readonly on_time: bigint;
  readonly breached: bigint;
  readonly ended: bigint;
  readonly told: bigint;
  readonly one_touch: bigint;
  readonly one_touch_pending: bigint;
  readonly reopened: bigint;
  readonly reopened_pending: bigint;
}

export function groupOf(rows: readonly CountedRow[], ofPolicy: boolean): Omit<ServiceReportGroup, 'key' | 'label'> {
  const of = (kind: CountedRow['kind']): CountedRow | undefined => rows.find((row) => row.kind === kind);
  const compliance = (kind: ClockKind): ComplianceFigures => complianceOf([of(kind)]);
  const resolutions = of('resolution');
  return {
    opened: ofPolicy ? null : Number(of('conversation')?.opened ?? 0n),
    firstResponse: waits(of('first_response')),
    nextResponse: waits(of('next_response')),
    resolution: waits(resolutions),
    compliance: {
      all: complianceOf(clockKinds.map(of)),
      firstResponse: compliance('first_response'),
      nextResponse: compliance('next_response'),
      update: compliance('update'),
      resolution: compliance('resolution'),
    },
    oneTouch: ofPolicy ? null : share(resolutions?.told, resolutions?.one_touch, resolutions?.one_touch_pending),
    reopened: ofPolicy ? null : share(resolutions?.ended, resolutions?.reopened, resolutions?.reopened_pending),
  };
}

const waits = (row: CountedRow | undefined): WaitFigures => ({
  calendar: durations(row?.calendar_n, row?.calendar_mean, row?.calendar_median, row?.calendar_p90),
  business: durations(row?.business_n, row?.business_mean, row?.business_median, row?.business_p90),
});

const durations = (n = 0n, ...[mean, median, p90]: readonly (string | null | undefined)[]): DurationFigures => ({
  n: Number(n),
  meanSeconds: numberOf(mean),
  medianSeconds: numberOf(median),
  p90Seconds: numberOf(p90),
});

const numberOf = (text: string | null | undefined): number | null =>
  text === null || text === undefined ? null : Number(text);

/** Per cent with one decimal, half up; in whole numbers, where halves are exact. */
const percentOf = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.floor((2_000 * part + whole) / (2 * whole)) / 10;

function complianceOf(rows: readonly (CountedRow | undefined)[]): ComplianceFigures {
  const sum = (column: 'on_time' | 'breached'): number =>
    rows.reduce((total, row) => total + Number(row?.[column] ?? 0n), 0);
  const [onTime, breached] = [sum('on_time'), sum('breached')];
  return { onTime, breached, percent: percentOf(onTime, onTime + breached) };
}

function share(...counted: readonly (bigint | undefined)[]): ShareFigures {
  const [of = 0, count = 0, pending = 0] = counted.map((each = 0n) => Number(each));
  return { of, count, pending, percent: percentOf(count, of - pending) };
}
