import {
  AssignDto,
  BulkDto,
  ChangeStatusDto,
  LinkDto,
  MergeDto,
  NoteDto,
  PrioritiseDto,
  ReplyDto,
  SnoozeDto,
  SpamDto,
  SplitDto,
  TagDto,
  TransferDto,
} from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { idempotencyKey, ifMatch } from '../documents/parameters.js';
import { noConversation, oneConversation, otherConversation } from './conversation-examples.js';
import { bodyProblems, conversationId, storeProblems } from './conversation-operations.js';

interface Told {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly dto?: new () => object;
  /** Of the address, beside the conversation. */
  readonly path?: OperationDescription['path'];
  readonly examples: OperationDescription['examples'];
}

/** Every command on a conversation is asked for, done and refused in the same way. */
export const command = ({ id, summary, description, dto, examples, path: more = {} }: Told): OperationDescription => ({
  ...{ id, summary, examples, tag: 'conversations', path: { ...conversationId, ...more } },
  ...(description !== undefined && { description }),
  ...(dto && { body: { 'application/json': { dto } } }),
  headers: { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch },
  answers: { 200: { description: 'It is so now.', headers: { ETag: 'Version of the conversation.' } } },
  problems: [
    ...(dto ? bodyProblems : (['invalid_parameters'] as const)),
    ...storeProblems,
    'conversation_not_found',
    'version_mismatch',
    'resolution_incomplete',
    'not_caught_up',
  ],
});

export const changeConversations: OperationDescription = {
  id: 'changeConversations',
  tag: 'conversations',
  summary: 'Do something to many conversations',
  description:
    'At most 100 single commands, each with the version that it expects, checked, done and answered as that one would be; a refused item never rejects ' +
    'its neighbours. Items of one conversation are done in their order. With a key, each item is done once: sent again, what was refused is tried again; with ' +
    'other items the key is refused (422). Each counts towards the rate limit.',
  headers: { 'Idempotency-Key': idempotencyKey },
  body: { 'application/json': { dto: BulkDto } },
  answers: { 200: { description: 'What became of each, in their order.' } },
  problems: [...bodyProblems],
  examples: [
    {
      summary: 'Two of them, one of which is not there',
      headers: { 'Idempotency-Key': 'bulk-1' },
      body: {
        items: [
          { conversation: oneConversation, command: 'tag', body: { add: ['parcel'] } },
          { conversation: noConversation, command: 'take', version: '3' },
        ],
      },
      status: 200,
    },
    { summary: 'Nothing', body: { items: [] }, status: 400 },
  ],
};

const path = { id: oneConversation };

export const reply = command({
  id: 'replyInConversation',
  summary: 'Reply',
  description:
    'In public. It is stopped when the customer or a colleague spoke after `sinceVersion`, and told who did what. It is recorded here; ' +
    'delivering it is for the channel.',
  dto: ReplyDto,
  examples: [
    { summary: 'An answer', path, body: { text: 'It will be with you on Thursday.', sinceVersion: '1' }, status: 200 },
    {
      summary: 'A second one that had not read the first',
      path,
      body: { text: 'فردا', sinceVersion: '1' },
      status: 409,
    },
  ],
});

export const note = command({
  id: 'noteInConversation',
  summary: 'Write a note',
  description: 'Among colleagues: the customer never sees it.',
  dto: NoteDto,
  examples: [{ summary: 'A note', path, body: { text: 'Sent twice already.' }, status: 200 }],
});

export const take = command({
  id: 'takeConversation',
  summary: 'Take it',
  description: 'Of all who take it at once, one has it.',
  examples: [
    { summary: 'At a version', path, headers: { 'If-Match': '"1"' }, status: 412 },
    { summary: 'As it is', path, status: 200 },
  ],
});

export const seeMention = command({
  id: 'seeMention',
  summary: 'Say that you have seen that you were mentioned',
  description:
    'It leaves your `mentions`, as it does when you do anything else in it. Where you are not mentioned, nothing changes.',
  examples: [{ summary: 'Seen', path, status: 200 }],
});

export const assign = command({
  id: 'assignConversation',
  summary: 'Give it to somebody, or to nobody',
  dto: AssignDto,
  examples: [
    { summary: 'To nobody', path, body: {}, status: 200 },
    { summary: 'To a stranger', path, body: { agent: `user:${noConversation}` }, status: 409 },
  ],
});

export const transfer = command({
  id: 'transferConversation',
  summary: 'Transfer it to a team',
  description:
    'A transfer to another team, or to none, takes it from whoever had it, so that the new team may give it to one of theirs; with `keepAgent` they keep it. A transfer to the team that it is in changes nothing; one to a team that nobody has set up is refused.',
  dto: TransferDto,
  examples: [
    { summary: 'To the returns desk', path, body: { team: 'returns' }, status: 200 },
    { summary: 'With whoever has it', path, body: { team: 'front', keepAgent: true }, status: 200 },
    { summary: 'To one that nobody has set up', path, body: { team: 'nobody' }, status: 409 },
  ],
});

export const prioritise = command({
  id: 'prioritiseConversation',
  summary: 'Set its priority',
  dto: PrioritiseDto,
  examples: [{ summary: 'Before others', path, body: { priority: 'high' }, status: 200 }],
});

export const tag = command({
  id: 'tagConversation',
  summary: 'Add and remove tags',
  dto: TagDto,
  examples: [{ summary: 'One of each', path, body: { add: ['damaged'], remove: ['late'] }, status: 200 }],
});

export const changeStatus = command({
  id: 'changeStatusOfConversation',
  summary: 'Change its status',
  description: '`open` ends a snooze and reopens what was resolved.',
  dto: ChangeStatusDto,
  examples: [
    {
      summary: 'By a word of the organisation',
      path,
      body: { category: 'waiting_third_party', status: 'with-the-carrier' },
      status: 200,
    },
    { summary: 'Of what is not there', path: { id: noConversation }, body: { category: 'resolved' }, status: 404 },
  ],
});

export const snooze = command({
  id: 'snoozeConversation',
  summary: 'Put it aside until a time',
  dto: SnoozeDto,
  examples: [
    { summary: 'Until then, or an answer', path, body: { until: '2100-03-21T05:30:00Z' }, status: 200 },
    { summary: 'Until a time that is over', path, body: { until: '2020-03-21T05:30:00Z' }, status: 409 },
  ],
});

export const merge = command({
  id: 'mergeConversation',
  summary: 'Merge it into another of the same customer',
  dto: MergeDto,
  examples: [
    {
      summary: 'The call with the mail',
      path: { id: otherConversation },
      body: { into: oneConversation },
      status: 200,
    },
    { summary: 'With itself', path, body: { into: oneConversation }, status: 409 },
  ],
});

export const unmerge = command({
  id: 'unmergeConversation',
  summary: 'Undo a merge',
  examples: [{ summary: 'The call again', path: { id: otherConversation }, status: 200 }],
});

export const split = command({
  id: 'splitConversation',
  summary: 'Split messages off',
  description: 'Into a new conversation, which follows this one; its id is answered as `opened`.',
  dto: SplitDto,
  examples: [
    {
      summary: 'Messages that are not in it',
      path,
      body: { messages: [noConversation], subject: 'Another matter' },
      status: 409,
    },
  ],
});

export const spam = command({
  id: 'markConversationAsSpam',
  summary: 'Say whether it is spam',
  dto: SpamDto,
  examples: [{ summary: 'It is none', path, body: { spam: false }, status: 200 }],
});

export const link = command({
  id: 'linkConversation',
  summary: 'Link it to another, or undo that',
  dto: LinkDto,
  examples: [{ summary: 'To the call', path, body: { to: otherConversation, linked: true }, status: 200 }],
});
