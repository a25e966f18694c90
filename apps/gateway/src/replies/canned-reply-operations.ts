import { CannedReplySettingsDto } from '#contracts';
import { noConversation, oneConversation } from '../conversations/conversation-examples.js';
import { type OperationDescription } from '../documents/operation.js';
import { cursor, id, idempotencyKey, ifMatch, limit, minPosition, text } from '../documents/parameters.js';

const replyId = { reply: id('The organisation’s own word for the canned reply.') };
const headers = { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch };
const listProblems = ['invalid_parameters', 'unknown_position', 'not_caught_up'] as const;
const commandProblems = [
  ...['command_running', 'idempotency_key_reused', 'version_mismatch', 'not_caught_up', 'invalid_parameters'],
  ...['canned_reply_not_found', 'store_busy', 'store_refused', 'outcome_unknown'],
] as const;

export const listCannedReplies: OperationDescription = {
  ...{ id: 'listCannedReplies', tag: 'replies', summary: 'List and search canned replies' },
  description:
    'In the order of their words, with their texts. A search finds every word of it in name, folder and text, however Persian and Arabic letters, ' +
    'digits and joiners are typed.',
  query: {
    search: text('Words that all have to be in it.', { maxLength: 200 }),
    folder: text('That folder, and those within it.', { maxLength: 120 }),
    team: text('The team’s own and everybody’s.', { maxLength: 64 }),
    ...{ cursor, limit, minPosition },
  },
  answers: { 200: { description: 'A page of canned replies.' } },
  problems: listProblems,
  examples: [
    { summary: 'Of a team, about what is late', query: { team: 'returns', search: 'تاخير' }, status: 200 },
    { summary: 'In a folder', query: { folder: 'shipping' }, status: 200 },
  ],
};

export const getCannedReply: OperationDescription = {
  ...{ id: 'getCannedReply', tag: 'replies', summary: 'Look at a canned reply' },
  path: replyId,
  query: { minPosition },
  answers: { 200: { description: 'The canned reply.', headers: { ETag: 'Version of the canned reply.' } } },
  problems: [...listProblems, 'canned_reply_not_found'],
  examples: [{ summary: 'One that is not there', path: { reply: 'nothing' }, status: 404 }],
};

export const saveCannedReply: OperationDescription = {
  ...{ id: 'saveCannedReply', tag: 'replies', summary: 'Save a canned reply' },
  description:
    'All of it. Variables: `{{customer.name}}`, `{{conversation.subject}}`, `{{conversation.id}}`, `{{conversation.channel}}`, ' +
    '`{{conversation.team}}`; `{{customer.name|friend}}` says what stands there where there is none. At most 10 of them, and 2,000 canned replies.',
  path: replyId,
  headers,
  body: { 'application/json': { dto: CannedReplySettingsDto } },
  answers: { 200: { description: 'It is so now.', headers: { ETag: 'Version of the canned reply.' } } },
  problems: [
    'malformed_json',
    'empty_body',
    'body_too_large',
    'unsupported_encoding',
    ...commandProblems,
    'canned_reply_refused',
  ],
  examples: [
    {
      summary: 'About what is late',
      path: { reply: 'late' },
      body: {
        ...{ name: 'تأخیر در ارسال', folder: 'shipping/late', team: 'returns' },
        text: 'سلام {{customer.name|دوست عزیز}}، دربارهٔ «{{conversation.subject}}» پیگیری می‌کنیم.',
      },
      status: 200,
    },
    {
      summary: 'With a variable that is none',
      path: { reply: 'late' },
      body: { name: 'Late', text: 'Dear {{customer.nmae}}' },
      status: 409,
    },
  ],
};

export const removeCannedReply: OperationDescription = {
  ...{ id: 'removeCannedReply', tag: 'replies', summary: 'Remove a canned reply' },
  path: replyId,
  headers,
  answers: { 200: { description: 'It is not there any more.' } },
  problems: commandProblems,
  examples: [{ summary: 'One that is not there', path: { reply: 'nothing' }, status: 404 }],
};

export const renderCannedReply: OperationDescription = {
  ...{ id: 'renderCannedReply', tag: 'replies', summary: 'See a canned reply as it would be said in a conversation' },
  description: 'Variables that have no value stand in the text as they were written, and in `missing`.',
  path: { id: id('UUID of the conversation.'), ...replyId },
  query: { minPosition },
  answers: { 200: { description: 'The text.' } },
  problems: [...listProblems, 'canned_reply_not_found', 'conversation_not_found'],
  examples: [
    { summary: 'One', path: { id: oneConversation, reply: 'late' }, status: 200 },
    { summary: 'In no conversation', path: { id: noConversation, reply: 'late' }, status: 404 },
  ],
};
