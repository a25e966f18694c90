import { conversationIdOf, type ConversationEvent } from '#contracts';
import { type EventOf, type Reacted, type Reaction } from '#kernel';

/** That promises of the conversation that is the command's key were due by the command's time. */
export interface BreakPromises {
  readonly type: 'BreakPromises';
}

/** Ids of those that have a timer. */
type Awaited = readonly string[];
type Moving = EventOf<
  ConversationEvent,
  | 'conversation.promised'
  | 'conversation.promise_kept'
  | 'conversation.promise_rescheduled'
  | 'conversation.promise_waived'
  | 'conversation.promise_broken'
  | 'conversation.forgotten'
>;

const over = (
  state: Awaited,
  { data }: { readonly data: { readonly promiseId: string } },
): Reacted<Awaited, never> => ({
  state: state.filter((id) => id !== data.promiseId),
  cancelled: [data.promiseId],
});

/** A promise that nobody kept is broken by an event of its due time, whoever notices and whenever. */
export const promises: Reaction<Awaited, BreakPromises, Moving> = {
  name: 'promises',
  version: 1,
  actsFrom: 'first-event',
  initial: [],
  key: ({ stream }) => conversationIdOf(stream),
  when: {
    'conversation.promised': (state, { data: { promiseId, dueAt } }) => ({
      state: [...state, promiseId],
      set: [{ name: promiseId, dueAt: Date.parse(dueAt) }],
    }),
    'conversation.promise_rescheduled': (state, { data: { promiseId, dueAt } }) => ({
      state,
      set: [{ name: promiseId, dueAt: Date.parse(dueAt) }],
    }),
    'conversation.promise_kept': over,
    'conversation.promise_waived': over,
    'conversation.promise_broken': over,
    'conversation.forgotten': (state) => ({ state: [], cancelled: state }),
  },
  due: (state, { name }) => ({ state: state.filter((id) => id !== name), commands: [{ type: 'BreakPromises' }] }),
};
