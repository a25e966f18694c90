import { MakePromiseDto, ReschedulePromiseDto } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { id, minPosition } from '../documents/parameters.js';
import { command } from './conversation-command-operations.js';
import { noConversation, oneConversation } from './conversation-examples.js';
import { conversationId } from './conversation-operations.js';

const path = { promise: id('UUID of the promise.') };
const none = { id: oneConversation, promise: noConversation };

export const makePromise = command({
  id: 'makePromise',
  summary: 'Promise something by a time',
  description:
    'What we told the customer we would do; its id is answered as `promise`. Until it is kept or waived the conversation stays in the queue: it is not ' +
    'resolved, merged or marked as spam. Not kept by its due time, it is broken at that time.',
  dto: MakePromiseDto,
  examples: [
    {
      summary: 'A new lampshade',
      path: { id: oneConversation },
      body: { what: 'A new lampshade is with you by noon.', dueAt: '2100-03-21T12:00:00+03:30' },
      status: 200,
    },
    {
      summary: 'By a time that is over',
      path: { id: oneConversation },
      body: { what: 'فردا زنگ می‌زنیم.', dueAt: '2020-03-21T12:00:00+03:30' },
      status: 409,
    },
  ],
});

export const keepPromise = command({
  ...{ id: 'keepPromise', summary: 'Say that a promise was kept', path },
  description: 'By its due time it is kept; after that it is kept late, and stays broken.',
  examples: [{ summary: 'One that nobody made', path: none, status: 409 }],
});

export const reschedulePromise = command({
  ...{ id: 'reschedulePromise', summary: 'Agree on another time', path },
  description: 'With the customer, before it is due; after that it is refused.',
  dto: ReschedulePromiseDto,
  examples: [
    { summary: 'One that nobody made', path: none, body: { dueAt: '2100-03-22T12:00:00+03:30' }, status: 409 },
  ],
});

export const waivePromise = command({
  ...{ id: 'waivePromise', summary: 'Waive a promise', path },
  description: 'The customer does not want it any more, or it cannot be done. What was broken before stays broken.',
  examples: [{ summary: 'One that nobody made', path: none, status: 409 }],
});

export const getPromises: OperationDescription = {
  id: 'getConversationPromises',
  tag: 'conversations',
  summary: 'Look at what was promised in a conversation',
  description: 'All of it, at most 50, in the order in which it was promised.',
  path: conversationId,
  query: { minPosition },
  answers: { 200: { description: 'The promises.' } },
  problems: ['invalid_parameters', 'conversation_not_found', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'Of one', path: { id: oneConversation }, status: 200 },
    { summary: 'Of one that is not there', path: { id: noConversation }, status: 404 },
  ],
};
