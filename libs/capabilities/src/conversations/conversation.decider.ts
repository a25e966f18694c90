import { type ConversationFact, toOwedElsewhere } from '#contracts';
import { accept, type Decider, type Decision, refuse } from '#kernel';
import { type Conversation, type KnownConversation, MAX_EVENTS, noConversation } from './conversation.js';
import {
  type ConversationCommand,
  type ConversationRefusal,
  type OpenConversation,
  type PassingCommand,
} from './conversation-commands.js';
import { brokenBefore, decidePromise } from './decide-promise.js';
import { decideRelation } from './decide-relation.js';
import { decideSpoken, endsWait } from './decide-spoken.js';
import { decideWork, passedBy } from './decide-work.js';
import { evolveConversation, evolveKnown } from './evolve-conversation.js';

export type Decided = Decision<ConversationFact, ConversationRefusal>;

/** An exchange with a customer, from its first message to its resolution and back. */
export const conversation: Decider<Conversation, ConversationCommand, ConversationFact, ConversationRefusal> = {
  initial: noConversation,
  decide(state, command) {
    if (command.type === 'OpenConversation')
      return state.stage === 'unknown' ? accept(opened(command)) : openAgain(command);
    if (state.stage === 'unknown') return refuse('never-opened');
    // A snooze that had room has room for its end, and a promise for what becomes of it.
    if (command.type === 'Wake') return accept(...passedBy(state, command.at));
    if (command.type === 'BreakPromises') return accept(...brokenBefore(state, command.at + 1));
    const passed = passedBy(state, command.at);
    // What ends it has room: a conversation must not be stuck because it is long.
    if (state.version >= MAX_EVENTS && !ends(state, command) && !settles(command)) return refuse('too-long');
    const decided = decideKnown(passed.reduce(evolveKnown, state), command);
    return decided.accepted && decided.events.length > 0 ? accept(...passed, ...decided.events) : decided;
  },
  evolve: evolveConversation,
};

/** The touchpoint that opened it may be delivered twice; an agent who opens it twice has to hear of it. */
const openAgain = ({ origin }: OpenConversation): Decided =>
  origin === 'touchpoint' ? accept() : refuse('already-opened');

/**
 * Once: another word for what is resolved already would make it longer for ever. Nobody is mentioned again in what is full, nothing is linked
 * or merged with it, and nobody says more in it.
 */
const ends = (state: KnownConversation, command: ConversationCommand): boolean =>
  command.type === 'SeeMention' ||
  command.type === 'Unmerge' ||
  command.type === 'Release' ||
  (command.type === 'Link' && !command.linked) ||
  (command.type === 'ChangeStatus' && command.category === 'resolved' && state.category !== 'resolved') ||
  endsWait(state, command);

/** Each promise once. */
const settles = ({ type }: ConversationCommand): boolean => type === 'KeepPromise' || type === 'WaivePromise';

function opened({ type, at, messages, owes, toldAt, ...data }: OpenConversation): ConversationFact {
  const told = toldAt === undefined ? {} : { toldAt: new Date(toldAt).toISOString() };
  const along = {
    ...told,
    ...(messages && { messages: [...messages] }),
    ...(owes !== undefined && { owes: toOwedElsewhere(owes) }),
  };
  return { type: 'conversation.opened', at, data: { ...data, ...along } };
}

function decideKnown(
  state: KnownConversation,
  command: Exclude<ConversationCommand, OpenConversation | PassingCommand>,
): Decided {
  switch (command.type) {
    case 'ReceiveMessage':
    case 'Reply':
    case 'TellReply':
    case 'AddNote':
      return decideSpoken(state, command);
    case 'Take':
    case 'SeeMention':
    case 'Assign':
    case 'Transfer':
    case 'Prioritise':
    case 'Tag':
    case 'ChangeStatus':
    case 'Snooze':
      return stopped(state) ?? decideWork(state, command);
    case 'MakePromise':
    case 'KeepPromise':
    case 'ReschedulePromise':
    case 'WaivePromise':
      return stopped(state) ?? decidePromise(state, command);
    case 'Merge':
    case 'Absorb':
    case 'Unmerge':
    case 'Release':
    case 'SplitOff':
    case 'MarkSpam':
    case 'Link':
      return decideRelation(state, command);
  }
}

/** Nobody works in a conversation that goes on elsewhere, or that is none. */
const stopped = ({ stage }: KnownConversation): Decided | undefined => (stage === 'active' ? undefined : refuse(stage));
