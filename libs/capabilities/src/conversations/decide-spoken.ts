import { type ChosenCategory, type ConversationFact, isPerson, toOwed } from '#contracts';
import { accept, type Decision, refuse } from '#kernel';
import { type KnownConversation, MAX_MESSAGES, owedSince, unansweredAfter } from './conversation.js';
import {
  type AddNote,
  type ConversationCommand,
  type ConversationRefusal,
  type ReceiveMessage,
  type Reply,
  type SpokenCommand,
  type TellReply,
} from './conversation-commands.js';
import { owesPromise } from './decide-promise.js';
import { moveTo } from './decide-work.js';
import { opensAt, standAgain } from './stand-again.js';

type Decided = Decision<ConversationFact, ConversationRefusal>;

/** What is said in a conversation, in public or among colleagues. */
export function decideSpoken(state: KnownConversation, command: SpokenCommand): Decided {
  const messageId = command.type === 'ReceiveMessage' ? command.message.messageId : command.messageId;
  // Delivered twice, it was said once.
  if (state.messages.includes(messageId)) return accept();
  if (state.stage === 'merged') return refuse('merged');
  if (state.messages.length >= MAX_MESSAGES && !endsWait(state, command)) return refuse('too-many-messages');
  switch (command.type) {
    case 'ReceiveMessage':
      return accept(received(command), ...afterCustomer(state, command));
    case 'Reply':
      if (state.stage === 'spam') return refuse('spam');
      if (command.since > state.version) return refuse('unknown-version');
      // Two agents must not answer the same message differently, nor anybody a message that they have not read.
      if (state.spokenAtVersion > command.since) return refuse('replied-since');
      if (command.then === 'resolved' && owesPromise(state)) return refuse('promise-owed');
      return accept(replied(state, command), ...afterReply(state, command));
    case 'TellReply':
      return state.stage === 'spam' ? refuse('spam') : accept(...toldReply(state, command));
    case 'AddNote':
      return state.stage === 'spam' ? refuse('spam') : accept(noted(command));
  }
}

/** An answer that leaves nothing owed: in what is full nobody says more, so that there is one at most. */
export function endsWait({ waiting }: KnownConversation, command: ConversationCommand): boolean {
  if ((command.type !== 'Reply' && command.type !== 'TellReply') || !isPerson(command.by)) return false;
  const left = command.type === 'Reply' ? [] : unansweredAfter(waiting, command.at);
  return waiting.length > 0 && left.length === 0;
}

function received({ at, toldAt, message: { attachments, ...message } }: ReceiveMessage): ConversationFact {
  const told = toldAt === undefined ? {} : { toldAt: new Date(toldAt).toISOString() };
  const data = { ...message, ...told, ...(attachments && { attachments: [...attachments] }) };
  return { type: 'conversation.message_received', at, data };
}

function replied(state: KnownConversation, command: Reply): ConversationFact {
  const { at, by, messageId, channel = state.channel, direction, attachments, text } = command;
  return {
    type: 'conversation.replied',
    at,
    data: { by, messageId, channel, direction, text, ...(attachments && { attachments: [...attachments] }) },
  };
}

/** It answers what the customer had said by then. Told late, it moves nothing that came after it, and nothing that somebody chose after it. */
function toldReply(state: KnownConversation, command: TellReply): readonly ConversationFact[] {
  const { type: _type, at, toldAt, attachments, ...said } = command;
  const { by } = said;
  const owed = owedSince(unansweredAfter(state.waiting, at));
  const answers = isPerson(by) && owed === null && state.category === 'open' && at >= state.turnSince;
  const chosen = answers && state.chosenSince !== null && state.chosenSince > at ? state.chosenSince : null;
  // A merge had opened what was put aside: for nothing, as it turns out.
  const aside =
    chosen !== null && state.borrowed !== null && state.borrowed.category !== 'open' ? state.borrowed : null;
  const openSince = aside === null ? chosen : opensAt(aside, toldAt);
  const told = {
    ...{ ...said, toldAt: new Date(toldAt).toISOString() },
    ...(attachments && { attachments: [...attachments] }),
    ...(isPerson(by) && { owes: toOwed(owed) }),
    ...(openSince !== null && state.waiting.length > 0 && { since: new Date(openSince).toISOString() }),
  };
  const replied: ConversationFact = { type: 'conversation.replied', at, data: told };
  if (!answers || openSince !== null) return [replied];
  if (aside !== null) return [replied, ...standAgain(state, aside, { at: toldAt, by })];
  return [replied, ...moveTo(state, { at, by, category: 'waiting_customer', cause: 'reply' })];
}

function noted({ at, by, messageId, direction, mentions, attachments, text }: AddNote): ConversationFact {
  const named = { ...(mentions && { mentions: [...mentions] }), ...(attachments && { attachments: [...attachments] }) };
  return { type: 'conversation.noted', at, data: { by, messageId, direction, text, ...named } };
}

/** Whoever writes waits for us, whatever we had been waiting for; spam moves nothing. */
function afterCustomer({ stage, category, snooze }: KnownConversation, { at }: ReceiveMessage): ConversationFact[] {
  if (stage === 'spam') return [];
  const cause = 'customer_message';
  switch (category) {
    case 'open':
      return [];
    case 'resolved':
      return [{ type: 'conversation.reopened', at, data: { cause } }];
    case 'snoozed':
      return snooze?.wake === 'stay' ? [] : [{ type: 'conversation.woken', at, data: { cause } }];
    case 'waiting_customer':
    case 'waiting_third_party':
      return [{ type: 'conversation.status_changed', at, data: { category: 'open', status: 'open', cause } }];
  }
}

function afterReply(state: KnownConversation, { at, by, then }: Reply): readonly ConversationFact[] {
  const answered = state.category === 'open' && isPerson(by);
  const unasked: ChosenCategory | undefined = answered ? 'waiting_customer' : undefined;
  const category = then ?? unasked;
  return category === undefined ? [] : moveTo(state, { at, by, category, cause: 'reply' });
}
