import { type ConversationFact, type PromiseEventType } from '#contracts';
import { type KnownConversation, type MadePromise } from './conversation.js';

type PromiseFact = Extract<ConversationFact, { readonly type: PromiseEventType }>;

export const isPromiseFact = (fact: ConversationFact): fact is PromiseFact =>
  fact.type.startsWith('conversation.promise');

export function evolvePromise(state: KnownConversation, { type, data }: PromiseFact): KnownConversation {
  const change = (changed: Partial<MadePromise>): KnownConversation => ({
    ...state,
    promises: state.promises.map((each) => (each.id === data.promiseId ? { ...each, ...changed } : each)),
  });
  switch (type) {
    case 'conversation.promised': {
      const made: MadePromise = { id: data.promiseId, dueAt: Date.parse(data.dueAt), status: 'open' };
      return { ...state, promises: [...state.promises, made] };
    }
    case 'conversation.promise_kept':
      return change({ status: data.verdict });
    case 'conversation.promise_rescheduled':
      return change({ dueAt: Date.parse(data.dueAt) });
    case 'conversation.promise_waived':
      return change({ status: 'waived' });
    case 'conversation.promise_broken':
      return change({ status: 'broken' });
  }
}
