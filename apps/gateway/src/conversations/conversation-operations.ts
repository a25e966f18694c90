import { OpenConversationDto, statusCategories } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { cursor, id, idempotencyKey, ifNoneMatch, limit, minPosition, text } from '../documents/parameters.js';
import { noConversation, oneConversation, otherConversation } from './conversation-examples.js';

export const conversationId = { id: id('UUID of the conversation.') };

/** What any command with a body may meet. */
export const bodyProblems = [
  'malformed_json',
  'empty_body',
  'invalid_parameters',
  'body_too_large',
  'unsupported_encoding',
] as const;

/** What any command may meet on its way into the store. */
export const storeProblems = [
  'customer_erased',
  'conversation_refused',
  'command_running',
  'idempotency_key_reused',
  'store_busy',
  'store_refused',
  'too_large_for_store',
  'outcome_unknown',
] as const;

export const openConversation: OperationDescription = {
  id: 'openConversation',
  tag: 'conversations',
  summary: 'Open a conversation',
  description: 'With a customer who is known. What customers begin themselves is taken up from their touchpoints.',
  headers: { 'Idempotency-Key': idempotencyKey },
  body: { 'application/json': { dto: OpenConversationDto } },
  answers: { 201: { description: 'It is open.', headers: { ETag: 'Version of the conversation.' } } },
  problems: [...bodyProblems, ...storeProblems, 'customer_not_found', 'ambiguous_identifier', 'not_caught_up'],
  examples: [
    {
      summary: 'About a parcel',
      headers: { 'Idempotency-Key': 'open-1' },
      body: { id: oneConversation, customer: 'customer_number:12347', channel: 'email', subject: 'Parcel 1001' },
      status: 201,
    },
    {
      summary: 'In Persian',
      body: { id: otherConversation, customer: 'customer_number:12347', channel: 'phone', subject: 'بستهٔ ۱۰۰۱' },
      status: 201,
    },
    {
      summary: 'One that is open already',
      body: { id: oneConversation, customer: 'customer_number:12347', channel: 'email', subject: 'Parcel 1001' },
      status: 409,
    },
    {
      summary: 'With nobody',
      body: { customer: 'email:nobody@example.com', channel: 'email', subject: 'Hello' },
      status: 404,
    },
  ],
};

const digits = { pattern: '^[0-9]{1,18}$' };

export const takeUpTouchpoint: OperationDescription = {
  id: 'takeUpTouchpoint',
  tag: 'conversations',
  summary: 'Take up a touchpoint',
  description:
    'A message, call, complaint or review of a customer goes into the conversation that it belongs to, or opens one: messages continue their ' +
    'thread or the last exchange on their channel, unless that was resolved more than seven days before. Once for each touchpoint.',
  path: {
    position: {
      ...text('Position of the touchpoint, as it was answered when it was recorded.', digits),
      required: true,
    },
  },
  answers: { 200: { description: 'It is in a conversation.' } },
  problems: ['invalid_parameters', ...storeProblems, 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'A complaint', path: { position: '2' }, status: 200 },
    { summary: 'The same again', path: { position: '2' }, status: 200 },
    { summary: 'A purchase, in which nobody says anything', path: { position: '1' }, status: 409 },
    { summary: 'One that is not there', path: { position: '123456789012' }, status: 410 },
  ],
};

export const listConversations: OperationDescription = {
  id: 'listConversations',
  tag: 'conversations',
  summary: 'List conversations',
  description: 'Those that are neither merged nor spam, the one that was spoken in last first.',
  query: {
    customer: text('Of a customer: UUID, or `kind:value` of an identifier.'),
    category: text('What the status counts as; several with commas.', {
      pattern: `^(${statusCategories.join('|')})(,(${statusCategories.join('|')}))*$`,
    }),
    agent: text('Whose it is, kind and id; `nobody` for those that nobody has.', { maxLength: 140 }),
    team: text('Of a team.', { maxLength: 64 }),
    cursor,
    limit,
    minPosition,
  },
  answers: { 200: { description: 'A page of conversations.' } },
  problems: [
    'invalid_parameters',
    'customer_not_found',
    'customer_erased',
    'ambiguous_identifier',
    'unknown_position',
    'not_caught_up',
  ],
  examples: [
    { summary: 'Those that wait for us, and nobody has', query: { category: 'open', agent: 'nobody' }, status: 200 },
    { summary: 'Of one customer', query: { customer: 'customer_number:12347', limit: '10' }, status: 200 },
    { summary: 'A category that is none', query: { category: 'late' }, status: 400 },
  ],
};

export const getConversation: OperationDescription = {
  id: 'getConversation',
  tag: 'conversations',
  summary: 'Look at a conversation',
  description:
    'With its last messages and notes, at most 100 and 1 MB, those of conversations that were merged into it among them.',
  path: conversationId,
  query: { minPosition },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: {
    200: { description: 'The conversation.', headers: { ETag: 'Version of the conversation.' } },
    304: { description: 'The sender has this version.', content: {} },
  },
  problems: ['invalid_parameters', 'conversation_not_found', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'One', path: { id: oneConversation }, status: 200 },
    { summary: 'One that is not there', path: { id: noConversation }, status: 404 },
  ],
};

export const getConversationRouting: OperationDescription = {
  id: 'getConversationRouting',
  tag: 'conversations',
  summary: 'See why somebody has a conversation',
  description:
    'What routing decided about it, newest first, at most 50: how long it had waited, who was considered, and why not.',
  path: conversationId,
  query: { minPosition },
  answers: { 200: { description: 'The decisions.' } },
  problems: ['invalid_parameters', 'conversation_not_found', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'One', path: { id: oneConversation }, status: 200 },
    { summary: 'One that is not there', path: { id: noConversation }, status: 404 },
  ],
};
