import { type Priority, type ReturnRulesDto, type StatusCategory } from '#contracts';
import { type EpochMs } from '#kernel';
import { reopens } from './return-rules.js';

/** A conversation of the touchpoint's customer, as far as it decides where what is said next goes. */
export interface OwnConversation {
  readonly id: string;
  readonly stage: 'active' | 'merged' | 'spam';
  readonly category: StatusCategory;
  readonly channel: string | null;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly thread: string | null;
  readonly resolvedAt: EpochMs | null;
  readonly mergedInto: string | null;
  /** The conversation that it continues. */
  readonly follows: string | null;
  /** It has as much as a conversation may have: what is said next goes on in one that follows it. */
  readonly full: boolean;
  readonly openedAt: EpochMs;
  readonly lastMessageAt: EpochMs;
}

export interface Place {
  readonly channel: string | null;
  readonly thread: string | undefined;
  readonly continues: (conversation: OwnConversation) => boolean;
  /** What was opened after this is not meant. */
  readonly openedBy?: EpochMs;
}

/**
 * Where a message could belong: to its thread, where its channel has threads, otherwise to the last exchange on the same channel; and
 * where that takes it no more, to what followed it. Calls, complaints and reviews are matters of their own.
 */
export function latestOf(
  own: readonly OwnConversation[],
  { channel, thread, continues, openedBy = Infinity }: Place,
): OwnConversation | undefined {
  const there = (each: OwnConversation): boolean =>
    thread === undefined ? each.thread === null && each.channel === channel : each.thread === thread;
  const candidates = own.filter((each) => there(each) && each.openedAt <= openedBy);
  const latest = candidates.reduce<OwnConversation | undefined>(
    (last, each) => (last === undefined || isLater(each, last) ? each : last),
    undefined,
  );
  // What follows may look older: by a message that came late.
  const seen = new Set<OwnConversation>();
  let place = latest && wherever(own, latest);
  while (place && !continues(place) && !seen.has(place)) {
    seen.add(place);
    const { id } = place;
    const next = candidates.find((each) => each.follows === id);
    if (next === undefined) break;
    place = wherever(own, next);
  }
  return place;
}

/** What was merged goes on there, and nothing is ever merged twice. */
const wherever = (own: readonly OwnConversation[], conversation: OwnConversation): OwnConversation =>
  conversation.mergedInto === null
    ? conversation
    : (own.find(({ id }) => id === conversation.mergedInto) ?? conversation);

const isLater = (one: OwnConversation, other: OwnConversation): boolean =>
  one.lastMessageAt === other.lastMessageAt ? one.id > other.id : one.lastMessageAt > other.lastMessageAt;

/** Whether a message of this time goes on there, by the organisation's return rules. */
export function takesBack(conversation: OwnConversation, at: EpochMs, rules: ReturnRulesDto): boolean {
  const { stage, category, resolvedAt } = conversation;
  // Resolved or not.
  if (stage === 'spam') return rules.spam === 'stays';
  return category !== 'resolved' || resolvedAt === null || reopens(rules, { ...conversation, resolvedAt }, at);
}

/** Whether an answer of this time belongs there: nobody answers spam, and what was answered may have been resolved since. */
export const takesAnswer = (conversation: OwnConversation, at: EpochMs, rules: ReturnRulesDto): boolean =>
  conversation.stage !== 'spam' && (at <= (conversation.resolvedAt ?? -Infinity) || takesBack(conversation, at, rules));
