import {
  type ConversationFact,
  instantsOwed,
  isLink,
  isPerson,
  MOST_MENTIONS,
  owedSinceOf,
  tagsAfter,
} from '#contracts';
import { type Conversation, type KnownConversation, unansweredAfter } from './conversation.js';
import { chosenAfter } from './evolve-choice.js';
import { evolvePromise, isPromiseFact } from './evolve-promise.js';
import { borrowedAfter, evolveRelation, isRelation, waitingFrom } from './evolve-relation.js';
import { turnAfter } from './evolve-turn.js';

type Opened = Extract<ConversationFact, { readonly type: 'conversation.opened' }>;

export function evolveConversation(state: Conversation, fact: ConversationFact): Conversation {
  if (state.stage !== 'unknown') return evolveKnown(state, fact);
  return fact.type === 'conversation.opened' ? begun(fact) : state;
}

const begun = ({ at, data }: Opened): KnownConversation => ({
  stage: 'active',
  version: 1,
  customerId: data.customerId,
  incarnation: data.incarnation,
  channel: data.channel,
  category: 'open',
  status: 'open',
  agent: null,
  team: data.team ?? null,
  priority: data.priority ?? 'normal',
  tags: [],
  mentioned: [],
  snooze: null,
  resolvedAt: null,
  spokenAtVersion: 1,
  messages: data.messages ?? [],
  waiting: instantsOwed(data.owes ?? {}).map((since) => ({ since })),
  turnSince: data.owes?.since === undefined ? at : Date.parse(data.owes.since),
  chosenSince: null,
  direction: data.direction ?? null,
  imported: data.origin === 'import',
  borrowed: null,
  mergedInto: null,
  absorbed: [],
  links: [],
  promises: [],
});

/** Whoever did something in it has seen that they were mentioned; a link may have been made from the other conversation. */
function mentionedAfter({ mentioned }: KnownConversation, { type, data }: ConversationFact): readonly string[] {
  const told = type === 'conversation.noted' ? (data.mentions ?? []) : [];
  const by = isLink(type) ? undefined : 'by' in data ? data.by : undefined;
  if (told.length === 0 && (by === undefined || !mentioned.includes(by))) return mentioned;
  return [...new Set([...mentioned, ...told])].filter((each) => each !== by).slice(-MOST_MENTIONS);
}

const open = { category: 'open', status: 'open', snooze: null, resolvedAt: null } as const;

export function evolveKnown(before: KnownConversation, fact: ConversationFact): KnownConversation {
  const after = changed(before, fact);
  return { ...after, turnSince: turnAfter(before, after, fact), chosenSince: chosenAfter(before, fact) };
}

function changed(before: KnownConversation, fact: ConversationFact): KnownConversation {
  const version = before.version + 1;
  const state = { ...before, version, borrowed: borrowedAfter(before, fact), mentioned: mentionedAfter(before, fact) };
  if (isRelation(fact)) return evolveRelation(state, fact);
  if (isPromiseFact(fact)) return evolvePromise(state, fact);
  const { type, at, data } = fact;
  switch (type) {
    case 'conversation.opened':
    case 'conversation.forgotten':
    case 'conversation.mention_seen':
      return state;
    case 'conversation.message_received': {
      const { messageId, direction } = data;
      const spoken = { messages: [...state.messages, messageId], spokenAtVersion: version };
      const told = { ...state, ...spoken, direction: direction ?? state.direction };
      const waiting = [...state.waiting, { since: at, message: messageId, ...(direction && { direction }) }];
      return state.imported && before.version === 1 ? told : { ...told, waiting };
    }
    case 'conversation.replied': {
      const left = data.owes ? unansweredAfter(state.waiting, at) : [];
      const waiting = isPerson(data.by) ? left : state.waiting;
      return { ...state, messages: [...state.messages, data.messageId], spokenAtVersion: version, waiting };
    }
    case 'conversation.noted':
      return { ...state, messages: [...state.messages, data.messageId] };
    case 'conversation.assigned':
      return { ...state, agent: data.agent ?? null };
    case 'conversation.transferred':
      return { ...state, team: data.team ?? null };
    case 'conversation.prioritised':
      return { ...state, priority: data.priority };
    case 'conversation.tagged':
      return { ...state, tags: tagsAfter(state.tags, data) };
    case 'conversation.status_changed': {
      const { category, status } = data;
      return {
        ...state,
        category,
        status,
        snooze: null,
        resolvedAt: category === 'resolved' ? (state.resolvedAt ?? (data.since ? Date.parse(data.since) : at)) : null,
      };
    }
    case 'conversation.snoozed': {
      const snooze = { until: Date.parse(data.until), wake: data.wake };
      return { ...state, category: 'snoozed', status: 'snoozed', snooze };
    }
    case 'conversation.woken':
    case 'conversation.reopened':
      return { ...state, ...open };
    case 'conversation.spam_marked':
      return { ...state, stage: 'spam' };
    case 'conversation.spam_cleared': {
      const since = data.owes ? owedSinceOf(data.owes) : at;
      return { ...state, stage: 'active', waiting: waitingFrom(state.waiting, since) };
    }
  }
}
