import { PresenceDto } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { after, lastEventId } from '../documents/parameters.js';
import { noConversation, oneConversation } from './conversation-examples.js';
import { bodyProblems, conversationId } from './conversation-operations.js';

export const enterConversation: OperationDescription = {
  id: 'enterConversation',
  tag: 'conversations',
  summary: 'Say that you have it open, or are writing',
  description:
    'Say it again within `renewWithinSeconds`, as long as it is true: `viewing` stands for 30 seconds and `typing` for 15, after which it is `viewing` again. ' +
    'No event, and not kept; a mark goes with its session or key. `viewing` is no sign of life for a session, `typing` is.',
  path: conversationId,
  body: { 'application/json': { dto: PresenceDto } },
  answers: { 200: { description: 'Who has it open.' } },
  problems: [...bodyProblems, 'conversation_not_found', 'not_caught_up', 'overloaded'],
  examples: [
    { summary: 'Reading it', path: { id: oneConversation }, body: { state: 'viewing' }, status: 200 },
    { summary: 'Writing in it', path: { id: oneConversation }, body: { state: 'typing' }, status: 200 },
    { summary: 'One that is not there', path: { id: noConversation }, body: { state: 'viewing' }, status: 404 },
    { summary: 'Doing something else', path: { id: oneConversation }, body: { state: 'sleeping' }, status: 400 },
  ],
};

export const leaveConversation: OperationDescription = {
  id: 'leaveConversation',
  tag: 'conversations',
  summary: 'Say that you have it open no more',
  description: 'Also where you had not; whoever does not say so is gone after 30 seconds.',
  path: conversationId,
  answers: { 204: { description: 'It is so.' } },
  problems: ['conversation_not_found'],
  examples: [{ summary: 'The page is closed', path: { id: oneConversation }, status: 204 }],
};

export const getPresence: OperationDescription = {
  id: 'getPresence',
  tag: 'conversations',
  summary: 'See who has it open',
  description: 'Each once, at most 20, who is writing first. A stream tells it as it changes.',
  path: conversationId,
  answers: { 200: { description: 'Who has it open.' } },
  problems: ['conversation_not_found', 'not_caught_up'],
  examples: [
    { summary: 'One', path: { id: oneConversation }, status: 200 },
    { summary: 'One that is not there', path: { id: noConversation }, status: 404 },
  ],
};

export const followConversation: OperationDescription = {
  id: 'followConversation',
  tag: 'conversations',
  summary: 'Follow a conversation live',
  description:
    'Server-sent events. `changed` says that it is at another version; its id is a position to come back with, and to read the conversation at. `presence` ' +
    'says who has it open: it has no id, and each connection begins with it. Ends when the customer is erased.',
  path: conversationId,
  query: { after },
  headers: { 'Last-Event-ID': lastEventId },
  answers: {
    200: {
      description: '`changed` with a ConversationMovedView as its data, `presence` with a PresenceView.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
  },
  problems: ['invalid_parameters', 'conversation_not_found', 'unknown_position', 'not_caught_up', 'overloaded'],
  examples: [
    { summary: 'From now on', path: { id: oneConversation }, status: 200 },
    { summary: 'One that is not there', path: { id: noConversation }, status: 404 },
  ],
};
