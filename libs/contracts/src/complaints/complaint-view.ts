import { type Page } from '../paging.js';
import { type Channel } from '../touchpoints/touchpoint-event.js';
import { type RootCauseDto } from './complaint-bodies.dto.js';
import { type ComplaintOutcome, type ComplaintStage, type Remedy } from './complaint-words.js';

/** A complaint as a list shows it. Times are RFC 3339 in UTC. */
export interface ComplaintListItemView {
  readonly id: string;
  /** What the customer names it by. */
  readonly reference: string;
  readonly customerId: string;
  readonly conversationId: string;
  readonly channel: Channel | null;
  /** The last step that was taken. */
  readonly stage: ComplaintStage;
  readonly remedySought: Remedy | null;
  readonly severity: string | null;
  readonly safety: boolean | null;
  readonly complexity: string | null;
  readonly impact: string | null;
  readonly rootCause: string | null;
  readonly outcome: ComplaintOutcome | null;
  readonly receivedAt: string;
  readonly acknowledgedAt: string | null;
  readonly decidedAt: string | null;
  readonly closedAt: string | null;
  /** Of its stream: the `ETag`. */
  readonly version: string;
}
export type ComplaintPage = Page<ComplaintListItemView>;

/** A step, with what was written at it. */
export interface ComplaintStepView {
  readonly version: string;
  /** Type of the event, for example `complaint.assessed`. */
  readonly type: string;
  readonly at: string;
  readonly by: string | null;
  /** What it says, texts among it. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ComplaintView extends ComplaintListItemView {
  /** From the first to the last. */
  readonly steps: readonly ComplaintStepView[];
}

/** What became of a command on a complaint, or on the list of root causes. */
export interface ComplaintCommandView {
  readonly id: string;
  readonly version: string;
  /** Decimal digits; pass it as `minPosition` to see it. */
  readonly position: string;
}

export interface RootCausesView {
  readonly version: string;
  readonly causes: readonly RootCauseDto[];
}

/** Seconds from when a complaint was received, of those of which something can be said. */
export interface DurationFigures {
  readonly n: number;
  readonly meanSeconds: number | null;
  readonly medianSeconds: number | null;
  readonly p90Seconds: number | null;
}

/** Of the complaints that were received in a range of time. */
export interface ComplaintFiguresView {
  readonly from: string;
  readonly to: string;
  readonly received: number;
  readonly toAcknowledge: DurationFigures;
  readonly toDecision: DurationFigures;
  readonly decided: number;
  readonly upheld: number;
  readonly partlyUpheld: number;
  /** `upheld` of `decided`, in per cent with one decimal, half up; `null` of none. */
  readonly upheldPercent: number | null;
  /** Of which the root cause was found. */
  readonly explained: number;
  /** Of those: whose root cause was that of another complaint, received in the 90 days before. */
  readonly recurred: number;
  /** Position up to which complaints were counted. */
  readonly position: string;
}
