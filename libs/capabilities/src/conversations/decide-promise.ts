import { type ConversationFact, MAX_PROMISES, type PromiseStatus } from '#contracts';
import { accept, type Decision, type EpochMs, refuse } from '#kernel';
import { type KnownConversation, type MadePromise } from './conversation.js';
import { type ConversationRefusal, type PromiseCommand } from './conversation-commands.js';

type Decided = Decision<ConversationFact, ConversationRefusal>;

/** What we still owe: a promise that was broken is owed until it is kept late or waived. */
export const isOwed = ({ status }: { readonly status: PromiseStatus }): boolean =>
  status === 'open' || status === 'broken';

/** A promise that is owed keeps its conversation in the queue: where nobody looks, nobody keeps it. */
export const owesPromise = ({ promises }: Pick<KnownConversation, 'promises'>): boolean => promises.some(isOwed);

/** Promises that were due before a time, each broken at its due time; being kept at it is in time. */
export const brokenBefore = ({ promises }: KnownConversation, at: EpochMs): readonly ConversationFact[] =>
  promises
    .filter(({ status, dueAt }) => status === 'open' && dueAt < at)
    .map(({ id, dueAt }) => ({ type: 'conversation.promise_broken', at: dueAt, data: { promiseId: id } }));

/** What we promise the customer, and what becomes of it. Whatever was due before the command is broken already. */
export function decidePromise(state: KnownConversation, command: PromiseCommand): Decided {
  const { at, by, promiseId } = command;
  if (command.type === 'MakePromise') return make(state, command);
  const known = state.promises.find(({ id }) => id === promiseId);
  if (known === undefined) return refuse('unknown-promise');
  switch (command.type) {
    case 'KeepPromise': {
      if (known.status === 'kept' || known.status === 'kept_late') return accept();
      if (known.status === 'waived') return refuse('promise-settled');
      const verdict = known.status === 'open' ? 'kept' : 'kept_late';
      return accept({ type: 'conversation.promise_kept', at, data: { by, promiseId, verdict } });
    }
    case 'ReschedulePromise':
      return reschedule(known, command);
    case 'WaivePromise':
      if (known.status === 'waived') return accept();
      if (!isOwed(known)) return refuse('promise-settled');
      return accept({ type: 'conversation.promise_waived', at, data: { by, promiseId } });
  }
}

type Of<Type extends PromiseCommand['type']> = Extract<PromiseCommand, { readonly type: Type }>;

function make(state: KnownConversation, { at, by, promiseId, owner, dueAt, what, condition }: Of<'MakePromise'>) {
  if (state.category === 'resolved') return refuse('resolved');
  if (state.promises.length >= MAX_PROMISES) return refuse('too-many-promises');
  if (dueAt <= at) return refuse('in-the-past');
  const data = { by, promiseId, owner, dueAt: new Date(dueAt).toISOString(), what, ...(condition && { condition }) };
  return accept({ type: 'conversation.promised' as const, at, data });
}

/** What is agreed when it is due, or later, changes nothing of what was promised. */
function reschedule(known: MadePromise, { at, by, promiseId, dueAt }: Of<'ReschedulePromise'>): Decided {
  if (!isOwed(known)) return refuse('promise-settled');
  if (known.status === 'broken' || known.dueAt <= at) return refuse('promise-over');
  if (dueAt <= at) return refuse('in-the-past');
  if (dueAt === known.dueAt) return accept();
  const data = { by, promiseId, dueAt: new Date(dueAt).toISOString() };
  return accept({ type: 'conversation.promise_rescheduled', at, data });
}
