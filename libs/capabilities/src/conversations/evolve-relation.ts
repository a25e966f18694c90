import { type ConversationFact, instantsOwed, owedSinceOf } from '#contracts';
import { type EpochMs } from '#kernel';
import { type Borrowed, type KnownConversation, type Unanswered } from './conversation.js';
import { cameWithMerge } from './evolve-choice.js';

const relations = [
  'conversation.merged',
  'conversation.unmerged',
  'conversation.absorbed',
  'conversation.released',
  'conversation.split_off',
  'conversation.linked',
  'conversation.unlinked',
] as const;
type RelationFact = Extract<ConversationFact, { readonly type: (typeof relations)[number] }>;

export const isRelation = (fact: ConversationFact): fact is RelationFact =>
  relations.some((type) => type === fact.type);

/** What a conversation is to others, and what is owed in it by that. */
export function evolveRelation(state: KnownConversation, { type, data }: RelationFact): KnownConversation {
  switch (type) {
    case 'conversation.merged':
      return { ...state, stage: 'merged', mergedInto: data.into };
    case 'conversation.unmerged':
      return {
        ...{ ...state, stage: 'active', mergedInto: null },
        waiting: data.owes ? waitingFrom(state.waiting, owedSinceOf(data.owes)) : state.waiting,
      };
    case 'conversation.absorbed': {
      const { from, owes = {} } = data;
      const taken = instantsOwed(owes).map((since): Unanswered => ({ since, from }));
      return { ...state, absorbed: [...state.absorbed, from], waiting: [...state.waiting, ...taken] };
    }
    case 'conversation.released': {
      const { from } = data;
      return {
        ...state,
        absorbed: state.absorbed.filter((each) => each !== from),
        waiting: state.waiting.filter((each) => each.from !== from),
      };
    }
    case 'conversation.split_off': {
      const stays = (id: string | undefined): boolean => id === undefined || !data.messages.includes(id);
      return {
        ...state,
        messages: state.messages.filter(stays),
        waiting: state.waiting.filter(({ message }) => stays(message)),
      };
    }
    case 'conversation.linked':
      return { ...state, links: [...state.links, data.to] };
    case 'conversation.unlinked':
      return { ...state, links: state.links.filter((each) => each !== data.to) };
  }
}

/**
 * What waits from an instant on; nothing, without one. Where something was said just then, what is older was answered; otherwise all of it
 * waits, from there.
 */
export function waitingFrom(waiting: readonly Unanswered[], earliest: EpochMs | null): readonly Unanswered[] {
  if (earliest === null) return [];
  if (waiting.some(({ since }) => since === earliest)) return waiting.filter(({ since }) => since >= earliest);
  return waiting.map((each) => ({ ...each, since: Math.max(each.since, earliest) }));
}

/** How it stood before the merges of those that are in it, until something else moves it or is said in it. */
export function borrowedAfter(before: KnownConversation, fact: ConversationFact): Borrowed | null {
  const { borrowed, version } = before;
  const { type, at, data } = fact;
  switch (type) {
    case 'conversation.absorbed': {
      const { category, status, snooze, turnSince: since } = before;
      const was = borrowed ?? { from: [], category, status, snooze, since };
      return { ...was, from: [...was.from, data.from], at, version: version + 1 };
    }
    case 'conversation.released': {
      // Of one that is not known here, it is not known either what it had brought.
      const from = borrowed?.from.filter((each) => each !== data.from) ?? [];
      return borrowed === null || from.length === 0 || from.length === borrowed.from.length
        ? null
        : { ...borrowed, from };
    }
    case 'conversation.woken':
    case 'conversation.reopened':
    case 'conversation.status_changed':
      return cameWithMerge(before, fact) ? borrowed : null;
    case 'conversation.message_received':
    case 'conversation.replied':
    case 'conversation.snoozed':
      return null;
    case 'conversation.opened':
    case 'conversation.noted':
    case 'conversation.assigned':
    case 'conversation.transferred':
    case 'conversation.prioritised':
    case 'conversation.tagged':
    case 'conversation.merged':
    case 'conversation.unmerged':
    case 'conversation.forgotten':
    case 'conversation.split_off':
    case 'conversation.spam_marked':
    case 'conversation.spam_cleared':
    case 'conversation.mention_seen':
    case 'conversation.linked':
    case 'conversation.unlinked':
    case 'conversation.promised':
    case 'conversation.promise_kept':
    case 'conversation.promise_rescheduled':
    case 'conversation.promise_waived':
    case 'conversation.promise_broken':
      return borrowed;
  }
}
