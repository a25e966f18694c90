import { type Channel, type Identifier, type TextDirection } from '../touchpoints/touchpoint-event.js';
import { type Page } from '../paging.js';
import { type TimelineCategory } from './timeline-parameters.js';

/** Something that happened with a customer, as their timeline shows it. Times are RFC 3339 in UTC with milliseconds. */
export interface TimelineEntryView {
  /** Event id, UUID. */
  readonly id: string;
  /** Decimal digits; the id of the entry in a live stream, too. */
  readonly position: string;
  /** Place among the events of its stream, 1 and up: a customer's touchpoints have one, and each of their conversations and complaints. */
  readonly version: number;
  /** Whether it was reported, or decided here. */
  readonly category: TimelineCategory;
  /** Event type, for example `touchpoint.purchase` or `conversation.replied`. */
  readonly type: string;
  readonly schemaVersion: number;
  /** Kind of the touchpoint as it was sent: one of the kinds, or `custom:<name>`. Of a decision, its type. */
  readonly kind: string;
  readonly customerId: string;
  readonly channel: Channel | null;
  /** Who reported it; `safar` for what was decided here. */
  readonly source: string;
  /** Who of us decided it: kind and id, `user:0198…`, or `system:rules`. `null` for touchpoints, the customer, and what time brought. */
  readonly by: string | null;
  /** Where it was decided, as far as the decision itself says; of a complaint's later steps, its complaint knows. */
  readonly conversationId: string | null;
  readonly complaintId: string | null;
  /** When it happened, as the source says. */
  readonly occurredAt: string;
  /** When we committed it. */
  readonly recordedAt: string;
  /** True: the personal members were erased and are gone for good; the public ones are left. */
  readonly erased: boolean;
  /** The caller's id; `null` when erased, and for decisions. */
  readonly touchpointId: string | null;
  readonly identifiers: readonly Identifier[];
  /** Of the first free text in it; `null` where there is none. */
  readonly direction: TextDirection | null;
  /** What it said about the customer. */
  readonly profile: Readonly<Record<string, unknown>>;
  /** What the schema of its kind says; of a decision, what of it concerns the customer. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface TimelinePage extends Page<TimelineEntryView> {
  /**
   * Position of the customer's last entry when the page was read, whatever the filters; `0` without any. Following the
   * timeline from here continues the page without a gap or a repetition.
   */
  readonly position: string;
}
