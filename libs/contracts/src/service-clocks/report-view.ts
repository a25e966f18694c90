import { type DurationFigures } from '../complaints/complaint-view.js';
import { type BacklogGrouping, type ReportCalendar, type ReportGrouping } from './report-parameters.js';

/** How many of something, of those of which it is known already. */
export interface ShareFigures {
  /** How many it could be. */
  readonly of: number;
  readonly count: number;
  /** Of these it is not decided yet: they were resolved less than 7 days before `at`. */
  readonly pending: number;
  /** `count` of what is decided, in per cent with one decimal, half up; `null` of none. */
  readonly percent: number | null;
}

/** On time, of the clocks that reached a verdict. */
export interface ComplianceFigures {
  readonly onTime: number;
  readonly breached: number;
  /** In per cent with one decimal, half up; `null` of none. */
  readonly percent: number | null;
}

/** Waits that ended in the range. Median and p90 are interpolated between the two nearest, as `percentile_cont` of SQL. */
export interface WaitFigures {
  /** From start to end on the wall, pauses and closed hours included. */
  readonly calendar: DurationFigures;
  /** As clocks counted it: business time without the pauses, of those that a clock measured. */
  readonly business: DurationFigures;
}

export interface ServiceReportGroup {
  /** What it is grouped by, `null` of none; of days, the local date of the first, `YYYY-MM-DD` of the Gregorian calendar. */
  readonly key: string | null;
  /** Of days in the Persian calendar, as people write them there; otherwise `null`. */
  readonly label: string | null;
  /** Conversations that were opened, but those that are spam or merged; `null` by policy, which no conversation has. */
  readonly opened: number | null;
  readonly firstResponse: WaitFigures;
  readonly nextResponse: WaitFigures;
  /** To the first resolution. */
  readonly resolution: WaitFigures;
  readonly compliance: {
    /** Of all clocks. */
    readonly all: ComplianceFigures;
    readonly firstResponse: ComplianceFigures;
    readonly nextResponse: ComplianceFigures;
    readonly update: ComplianceFigures;
    readonly resolution: ComplianceFigures;
  };
  /** First resolutions with exactly one public reply, before or within 7 days after, that were not reopened within 7 days; `null` by policy. */
  readonly oneTouch: ShareFigures | null;
  /** First resolutions that were reopened within 7 days; `null` by policy. */
  readonly reopened: ShareFigures | null;
}

export interface ServiceReportView {
  readonly from: string;
  readonly to: string;
  readonly by: ReportGrouping;
  readonly timeZone: string | null;
  readonly calendar: ReportCalendar;
  /** By time, or those first of which there is most; at most 1,000. */
  readonly groups: readonly ServiceReportGroup[];
  /** There were more groups, of which there is less. */
  readonly more: boolean;
  /** By which it was judged what is decided. */
  readonly at: string;
  /** Position up to which everything was counted. */
  readonly position: string;
}

export interface BacklogGroup {
  readonly key: string | null;
  /** Open, waiting or put aside: everything that is neither resolved, merged nor spam. */
  readonly conversations: number;
  /** Of them, put aside until later. */
  readonly snoozed: number;
  /** Of them, with a due time that is over. */
  readonly breached: number;
  /** Since when the one waits that waits longest, of those whose turn is ours; `null` where none is. */
  readonly oldestWaitingSince: string | null;
}

export interface BacklogView {
  readonly asOf: string;
  readonly by: BacklogGrouping;
  /** The largest first, at most 1,000. */
  readonly groups: readonly BacklogGroup[];
  readonly more: boolean;
  readonly position: string;
}
