import { type ConversationFact } from '#contracts';
import { type Conversation, type KnownConversation } from './conversation.js';

type Opened = Extract<ConversationFact, { readonly type: 'conversation.opened' }>;

export function evolveConversation(state: Conversation, fact: ConversationFact): Conversation {
  if (state.stage !== 'unknown') return evolveKnown(state, fact);
  return fact.type === 'conversation.opened' ? begun(fact) : state;
}

const begun = ({ data }: Opened): KnownConversation => ({
  stage: 'active',
  version: 1,
  customerId: data.customerId,
  incarnation: data.incarnation,
  channel: data.channel,
  category: 'open',
  status: 'open',
  agent: null,
  team: null,
  priority: 'normal',
  tags: [],
  snooze: null,
  resolvedAt: null,
  spokenAtVersion: 1,
  messages: data.messages ?? [],
  mergedInto: null,
  absorbed: [],
  links: [],
});

const open = { category: 'open', status: 'open', snooze: null, resolvedAt: null } as const;

export function evolveKnown(before: KnownConversation, { type, at, data }: ConversationFact): KnownConversation {
  const version = before.version + 1;
  const state = { ...before, version };
  switch (type) {
    case 'conversation.opened':
    case 'conversation.forgotten':
      return state;
    case 'conversation.message_received':
    case 'conversation.replied':
      return { ...state, messages: [...state.messages, data.messageId], spokenAtVersion: version };
    case 'conversation.noted':
      return { ...state, messages: [...state.messages, data.messageId] };
    case 'conversation.assigned':
      return { ...state, agent: data.agent ?? null };
    case 'conversation.transferred':
      return { ...state, team: data.team ?? null };
    case 'conversation.prioritised':
      return { ...state, priority: data.priority };
    case 'conversation.tagged': {
      const kept = state.tags.filter((tag) => !data.removed?.includes(tag));
      return { ...state, tags: [...kept, ...(data.added ?? [])].sort() };
    }
    case 'conversation.status_changed': {
      const { category, status } = data;
      return {
        ...state,
        category,
        status,
        snooze: null,
        resolvedAt: category === 'resolved' ? (state.resolvedAt ?? at) : null,
      };
    }
    case 'conversation.snoozed': {
      const snooze = { until: Date.parse(data.until), wake: data.wake };
      return { ...state, category: 'snoozed', status: 'snoozed', snooze };
    }
    case 'conversation.woken':
    case 'conversation.reopened':
      return { ...state, ...open };
    case 'conversation.merged':
      return { ...state, stage: 'merged', mergedInto: data.into };
    case 'conversation.unmerged':
      return { ...state, stage: 'active', mergedInto: null };
    case 'conversation.absorbed':
      return { ...state, absorbed: [...state.absorbed, data.from] };
    case 'conversation.released':
      return { ...state, absorbed: state.absorbed.filter((each) => each !== data.from) };
    case 'conversation.split_off':
      return { ...state, messages: state.messages.filter((each) => !data.messages.includes(each)) };
    case 'conversation.spam_marked':
      return { ...state, stage: 'spam' };
    case 'conversation.spam_cleared':
      return { ...state, stage: 'active' };
    case 'conversation.linked':
      return { ...state, links: [...state.links, data.to] };
    case 'conversation.unlinked':
      return { ...state, links: state.links.filter((each) => each !== data.to) };
  }
}
