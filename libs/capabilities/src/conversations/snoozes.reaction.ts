import { conversationIdOf, type ConversationEvent } from '#contracts';
import { type EventOf, type Reacted, type Reaction } from '#kernel';

/** That the snooze of the conversation that is the command's key was to end by the command's time. */
export interface EndSnooze {
  readonly type: 'EndSnooze';
}

type Nothing = Readonly<Record<string, never>>;
type Moving = EventOf<
  ConversationEvent,
  | 'conversation.snoozed'
  | 'conversation.status_changed'
  | 'conversation.woken'
  | 'conversation.reopened'
  | 'conversation.forgotten'
>;
const WAKE = 'wake';

const moved = (state: Nothing): Reacted<Nothing, EndSnooze> => ({ state, cancelled: [WAKE] });

/** A snooze ends at its time by an event of that time: whoever waits for it, such as rules, need not wait for somebody to do something. */
export const snoozes: Reaction<Nothing, EndSnooze, Moving> = {
  name: 'snoozes',
  version: 1,
  // What was put aside before there was this reaction comes back as well; what is awake already is not woken again.
  actsFrom: 'first-event',
  initial: {},
  key: ({ stream }) => conversationIdOf(stream),
  when: {
    'conversation.snoozed': (state, { data }) => ({ state, set: [{ name: WAKE, dueAt: Date.parse(data.until) }] }),
    'conversation.status_changed': moved,
    'conversation.woken': moved,
    'conversation.reopened': moved,
    'conversation.forgotten': moved,
  },
  due: (state) => ({ state, commands: [{ type: 'EndSnooze' }] }),
};
