import { type DtoClass } from '../events/fields/dto-class.js';
import { type ConversationData, type ConversationEventType } from './conversation-event.js';
import { ConversationOpenedDto, MessageReceivedDto, NotedDto, RepliedDto } from './message-events.dto.js';
import {
  PromiseBrokenDto,
  PromisedDto,
  PromiseKeptDto,
  PromiseRescheduledDto,
  PromiseWaivedDto,
} from './promise-events.dto.js';
import {
  AbsorbedDto,
  ForgottenDto,
  LinkedDto,
  MergedDto,
  ReleasedDto,
  SpamClearedDto,
  SplitOffDto,
  UnmergedDto,
} from './relation-events.dto.js';
import {
  AssignedDto,
  ByDto,
  PrioritisedDto,
  ReopenedDto,
  SnoozedDto,
  StatusChangedDto,
  TaggedDto,
  TransferredDto,
  WokenDto,
} from './work-events.dto.js';

const uuid = (last: string): string => `0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5${last}`;
const by = `user:${uuid('a')}`;
const other = uuid('c');
const toldAt = '2026-03-21T09:00:00.412Z';
const owes = { since: '2026-03-21T09:00:00.000Z' };

type Declared = {
  readonly [T in ConversationEventType]: readonly [DtoClass<ConversationData[T]>, ConversationData[T]];
};

const declared: Declared = {
  'conversation.opened': [
    ConversationOpenedDto,
    {
      ...{ origin: 'touchpoint', by, customerId: uuid('0'), incarnation: 1, channel: 'chat' },
      ...{ toldAt, subject: 'Cracked lampshade', thread: uuid('d'), follows: other, messages: [uuid('1')] },
      ...{ team: 'returns', priority: 'high', direction: 'rtl', owes },
    },
  ],
  'conversation.message_received': [
    MessageReceivedDto,
    {
      ...{ messageId: uuid('1'), kind: 'message', toldAt, channel: 'chat', direction: 'rtl', attachments: [uuid('2')] },
      text: 'بستهٔ من هنوز نرسیده است.',
    },
  ],
  'conversation.replied': [
    RepliedDto,
    {
      ...{ by, messageId: uuid('3'), channel: 'chat', direction: 'ltr', attachments: [uuid('2')] },
      ...{ elsewhere: 'message', toldAt, owes, author: 'Ruth' },
      text: 'It is on its way, and will be with you on Thursday.',
    },
  ],
  'conversation.noted': [
    NotedDto,
    {
      ...{ by, messageId: uuid('4'), direction: 'ltr', mentions: [`user:${uuid('b')}`], attachments: [uuid('2')] },
      text: 'Sent twice already.',
    },
  ],
  'conversation.assigned': [AssignedDto, { by, agent: by }],
  'conversation.transferred': [TransferredDto, { by, team: 'returns' }],
  'conversation.prioritised': [PrioritisedDto, { by, priority: 'high' }],
  'conversation.tagged': [TaggedDto, { by, added: ['damaged'], removed: ['late'] }],
  'conversation.status_changed': [
    StatusChangedDto,
    { by, category: 'waiting_third_party', status: 'with-the-carrier', cause: 'agent' },
  ],
  'conversation.snoozed': [SnoozedDto, { by, until: '2026-03-26T05:30:00.000Z', wake: 'on_reply' }],
  'conversation.woken': [WokenDto, { by, cause: 'agent' }],
  'conversation.reopened': [ReopenedDto, { by, cause: 'agent' }],
  'conversation.merged': [MergedDto, { by, into: other }],
  'conversation.unmerged': [UnmergedDto, { by, into: other, owes }],
  'conversation.absorbed': [AbsorbedDto, { by, from: other, owes }],
  'conversation.forgotten': [ForgottenDto, { messages: [uuid('1')], promises: [uuid('5')] }],
  'conversation.released': [ReleasedDto, { by, from: other, owes }],
  'conversation.split_off': [SplitOffDto, { by, into: other, messages: [uuid('1')], owes }],
  'conversation.spam_marked': [ByDto, { by }],
  'conversation.spam_cleared': [SpamClearedDto, { by, owes }],
  'conversation.mention_seen': [ByDto, { by }],
  'conversation.linked': [LinkedDto, { by, to: other }],
  'conversation.unlinked': [LinkedDto, { by, to: other }],
  'conversation.promised': [
    PromisedDto,
    {
      ...{ by, promiseId: uuid('5'), owner: by, dueAt: '2026-03-22T12:00:00.000Z' },
      ...{ what: 'A new lampshade is with you by Sunday noon.', condition: 'The broken one is photographed.' },
    },
  ],
  'conversation.promise_kept': [PromiseKeptDto, { by, promiseId: uuid('5'), verdict: 'kept' }],
  'conversation.promise_rescheduled': [
    PromiseRescheduledDto,
    { by, promiseId: uuid('5'), dueAt: '2026-03-23T12:00:00.000Z' },
  ],
  'conversation.promise_waived': [PromiseWaivedDto, { by, promiseId: uuid('5') }],
  'conversation.promise_broken': [PromiseBrokenDto, { promiseId: uuid('5') }],
};

/** Every type of a conversation's events with its DTO and an example that has all of its members. */
export const conversationEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] =
  Object.entries(declared).map(([type, [data, example]]) => [type, data, example] as const);
