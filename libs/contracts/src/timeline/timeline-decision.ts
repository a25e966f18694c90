import { type Evolve, type Row } from '#kernel';
import { type ComplaintData, type ComplaintEvent } from '../complaints/complaint-event.js';
import { type ConversationData, type ConversationEvent } from '../conversations/conversation-event.js';
import { type StoredClockEvent } from '../service-clocks/stored-clock-event.js';

type ClockData = { readonly [E in StoredClockEvent as E['type']]: E['data'] };
type Decided = ConversationData & ComplaintData & ClockData;

/** What is said of a decision elsewhere in its entry, or on no timeline. */
type Told = 'by' | 'channel' | 'direction' | 'sealed';

/**
 * What was decided about a customer, with the members of its event that their timeline shows, or `null` where it shows nothing of it. Of every
 * type there is, so that a new one does not compile before somebody has looked whether it is something that happened with the customer.
 */
const shown = {
  'conversation.opened': ['origin', 'subject', 'follows'],
  // The customer's touchpoint is there itself.
  'conversation.message_received': null,
  'conversation.replied': ['messageId', 'text', 'attachments'],
  // Among colleagues.
  'conversation.noted': null,
  'conversation.assigned': ['agent'],
  'conversation.transferred': ['team'],
  'conversation.prioritised': null,
  'conversation.tagged': null,
  'conversation.status_changed': ['category', 'status', 'cause'],
  'conversation.snoozed': ['until', 'wake'],
  'conversation.woken': ['cause'],
  'conversation.reopened': ['cause'],
  'conversation.merged': ['into'],
  'conversation.unmerged': ['into'],
  // The other sides of these two.
  'conversation.absorbed': null,
  'conversation.released': null,
  'conversation.forgotten': null,
  'conversation.split_off': ['into', 'messages'],
  'conversation.spam_marked': [],
  'conversation.spam_cleared': [],
  'conversation.mention_seen': null,
  'conversation.linked': null,
  'conversation.unlinked': null,
  'conversation.promised': ['promiseId', 'owner', 'dueAt', 'what', 'condition'],
  'conversation.promise_kept': ['promiseId', 'verdict'],
  'conversation.promise_rescheduled': ['promiseId', 'dueAt'],
  'conversation.promise_waived': ['promiseId'],
  'conversation.promise_broken': ['promiseId'],
  'complaint.received': ['reference', 'remedySought', 'answeredElsewhere', 'description'],
  'complaint.acknowledged': [],
  'complaint.assessed': ['severity', 'safety', 'complexity', 'impact'],
  'complaint.investigated': ['rootCause', 'findings'],
  'complaint.responded': ['offered', 'text'],
  'complaint.decided': ['outcome', 'remedy', 'reasons'],
  'complaint.closed': ['how'],
  'complaint.forgotten': null,
  // How a clock runs is measured; that it ran out is what the customer felt.
  'service_clock.activated': null,
  'service_clock.paused': null,
  'service_clock.resumed': null,
  'service_clock.fulfilled': null,
  'service_clock.warned': null,
  'service_clock.breached': [],
  'service_clock.cancelled': null,
  'service_clock.restated': null,
} as const satisfies { readonly [T in keyof Decided]: readonly Exclude<keyof Decided[T], Told>[] | null };

type Shown = typeof shown;
export type TimelineDecisionType = { [T in keyof Shown]: Shown[T] extends null ? never : T }[keyof Shown];

/** Something that was decided about a customer, which their timeline shows. Its key is the customer. */
export type TimelineDecision = Extract<
  ConversationEvent | ComplaintEvent | StoredClockEvent,
  { readonly type: TimelineDecisionType }
>;

const membersOf: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(shown).flatMap(([type, members]) => (members === null ? [] : [[type, members] as const])),
);

export const isTimelineDecisionType = (type: string): type is TimelineDecisionType => membersOf.has(type);
export const timelineDecisionTypes: readonly TimelineDecisionType[] = [...membersOf.keys()].filter(
  isTimelineDecisionType,
);
export const isTimelineDecision = (event: { readonly type: string }): event is TimelineDecision =>
  isTimelineDecisionType(event.type);

/** Of an answer that was given elsewhere the touchpoint is there itself. */
export const isTold = (event: TimelineDecision): boolean =>
  event.type === 'conversation.replied' && event.data.elsewhere !== undefined;

/** The members of its event that an entry shows as its details. */
export const shownMembersOf = (type: string): readonly string[] => membersOf.get(type) ?? [];

type DecisionHandlers<R extends Row> = { readonly [T in TimelineDecisionType]: Evolve<R, TimelineDecision> };

/** One handler for all of them. */
export const everyDecision = <R extends Row>(evolve: Evolve<R, TimelineDecision>): DecisionHandlers<R> =>
  // The compiler does not follow a list of all names into an object that has them all.
  Object.fromEntries(timelineDecisionTypes.map((type) => [type, evolve])) as DecisionHandlers<R>;

const texts: { readonly [T in TimelineDecisionType]?: string } = {
  'conversation.opened': 'subject',
  'conversation.replied': 'text',
  'conversation.promised': 'what',
  'complaint.received': 'description',
  'complaint.investigated': 'findings',
  'complaint.responded': 'text',
  'complaint.decided': 'reasons',
};

/** The personal member that every event of a type has, where it has any: it is absent where they were erased. */
export const personalMemberOf = (type: string): string =>
  (isTimelineDecisionType(type) ? texts[type] : undefined) ?? 'touchpointId';
