import type { RecordedEvent } from '#kernel';
import { type DtoClass } from '../events/fields/dto-class.js';
import { CannedReplyRemovedDto, CannedReplySavedDto } from './canned-reply.dto.js';

export interface CannedReplyData {
  readonly 'canned_reply.removed': CannedReplyRemovedDto;
  readonly 'canned_reply.saved': CannedReplySavedDto;
}

export type CannedReplyEventType = keyof CannedReplyData;

/** As the store has it. Its key is its stream. */
export type CannedReplyEvent = {
  [T in CannedReplyEventType]: RecordedEvent<T, Readonly<CannedReplyData[T]>>;
}[CannedReplyEventType];

const STREAM = 'canned_reply-';
export const cannedReplyStream = (id: string): string => `${STREAM}${id}`;
export const cannedReplyIdOf = (stream: string): string => stream.slice(STREAM.length);

const by = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';

type Declared = { readonly [T in CannedReplyEventType]: readonly [DtoClass<CannedReplyData[T]>, CannedReplyData[T]] };

const declared: Declared = {
  'canned_reply.removed': [CannedReplyRemovedDto, { by }],
  'canned_reply.saved': [
    CannedReplySavedDto,
    {
      by,
      reply: {
        ...{ name: 'تأخیر در ارسال', folder: 'shipping/late', team: 'returns' },
        text: 'سلام {{customer.name|دوست عزیز}}، دربارهٔ «{{conversation.subject}}» پیگیری می‌کنیم.',
      },
    },
  ],
};

/** Each type with its DTO and an example that has all of its members. */
export const cannedReplyEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] =
  Object.entries(declared).map(([type, [data, example]]) => [type, data, example] as const);
