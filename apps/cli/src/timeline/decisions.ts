import { isTimelineDecisionType, RULES_ACTOR, type TimelineDecisionType, type TimelineEntryView } from '#contracts';
import { type DateWriter } from './dates.js';
import { type DecisionWords } from './decision-words.js';
import { type EntryFacts } from './facts.js';
import { plainText } from './user-text.js';

/** Members that hold what was written or said. */
const texts = ['text', 'subject', 'what', 'condition', 'description', 'findings', 'reasons'] as const;

/** Members that go on an entry's line, in this order; what is neither here nor a text is for machines. */
const lineOf: Readonly<Record<TimelineDecisionType, readonly string[]>> = {
  'conversation.opened': ['origin'],
  'conversation.replied': [],
  'conversation.assigned': ['agent'],
  'conversation.transferred': ['team'],
  'conversation.status_changed': ['status', 'cause'],
  'conversation.snoozed': ['until', 'wake'],
  'conversation.woken': ['cause'],
  'conversation.reopened': ['cause'],
  'conversation.merged': ['into'],
  'conversation.unmerged': ['into'],
  'conversation.split_off': ['into'],
  'conversation.spam_marked': [],
  'conversation.spam_cleared': [],
  'conversation.promised': ['dueAt', 'owner'],
  'conversation.promise_kept': ['verdict'],
  'conversation.promise_rescheduled': ['dueAt'],
  'conversation.promise_waived': [],
  'conversation.promise_broken': [],
  'complaint.received': ['reference', 'remedySought', 'answeredElsewhere'],
  'complaint.acknowledged': [],
  'complaint.assessed': ['severity', 'complexity', 'impact'],
  'complaint.investigated': ['rootCause'],
  'complaint.responded': ['offered'],
  'complaint.decided': ['outcome', 'remedy'],
  'complaint.closed': ['how'],
  'service_clock.breached': ['clock'],
};

/** Those with values from a closed list; a team or a status of the same spelling stays as it is. */
const codes = new Set([
  ...['origin', 'cause', 'wake', 'verdict', 'remedySought', 'severity', 'complexity', 'impact', 'offered'],
  ...['outcome', 'remedy', 'how', 'clock'],
]);
const actors = new Set(['agent', 'owner']);
/** Ids are for machines: their beginning tells two of them apart. */
const SHORT_ID = 8;

export const decisionTypeOf = ({ type }: TimelineEntryView): TimelineDecisionType | undefined =>
  isTimelineDecisionType(type) ? type : undefined;

export const decisionLabel = (
  type: TimelineDecisionType,
  { details }: TimelineEntryView,
  { labels }: DecisionWords,
): string => labels[type === 'conversation.status_changed' && details['category'] === 'resolved' ? 'resolved' : type];

/** What a decision says: what it came to, who decided it, and in which conversation or complaint. */
export function decisionFacts(
  type: TimelineDecisionType,
  entry: TimelineEntryView,
  { words, dates }: { readonly words: DecisionWords; readonly dates: DateWriter },
): EntryFacts {
  const { by, complaintId, conversationId, details } = entry;
  const facts = [
    ...lineOf[type].map((name) => fact(name, details[name], words, dates)),
    ...(by === null ? [] : [actorText(by, words)]),
    ...[complaintId ?? conversationId].flatMap((id) => (id === null ? [] : [shortOf(id)])),
  ].filter((told) => told !== '');
  const written = texts.map((name) => details[name]).filter((value) => typeof value === 'string');
  return { facts, text: written.join('\n') };
}

function fact(name: string, value: unknown, words: DecisionWords, dates: DateWriter): string {
  if (typeof value !== 'string') return '';
  if (actors.has(name)) return `${words.to} ${actorText(value, words)}`;
  if (name === 'dueAt') return `${words.due} ${instant(value, dates)}`;
  if (name === 'until') return `${words.until} ${instant(value, dates)}`;
  if (name === 'into') return `${words.to} ${shortOf(value)}`;
  return codes.has(name) && Object.hasOwn(words.codes, value) ? (words.codes[value] ?? '') : plainText(value);
}

const instant = (text: string, dates: DateWriter): string => {
  const at = new Date(text);
  return `${dates.day(at)} ${dates.time(at)}`;
};

const shortOf = (id: string): string => `#${plainText(id).slice(0, SHORT_ID)}`;

/** `user:0198…` as `agent 0198…`. */
function actorText(actor: string, { actors: words }: DecisionWords): string {
  const [kind = '', id = ''] = actor.split(':');
  if (actor === RULES_ACTOR) return words.rule;
  if (kind === 'system') return words.system;
  return kind === 'user' || kind === 'key' || kind === 'operator'
    ? `${words[kind]} ${plainText(id).slice(0, SHORT_ID)}`
    : plainText(actor);
}
