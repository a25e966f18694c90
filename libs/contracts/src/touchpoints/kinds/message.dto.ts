import { Personal, Public } from '../../events/fields/field-class.js';
import { Whole } from '../../events/fields/number.js';
import { List, Optional } from '../../events/fields/structure.js';
import { FreeText, Line, OneOf, Pattern, Reference } from '../../events/fields/text.js';
import { UUID } from '../../conversations/conversation-words.js';
import { type Kind } from './kind.js';

export const authors = ['customer', 'agent', 'bot', 'system'] as const;

export class AttachmentDto {
  /** Of an upload (`POST /v1/attachments`); without it, the file stayed where the message comes from. */
  @Public()
  @Optional()
  @Pattern(UUID, 36)
  id?: string;

  @Personal()
  @Line(255)
  name!: string;

  /** RFC 6838, for example `image/jpeg`. */
  @Public()
  @Pattern('^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$', 127)
  mediaType!: string;

  @Public()
  @Optional()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  sizeBytes?: number;
}

/** One message of an exchange, in either direction. */
export class MessageDto {
  /** Who wrote it: a reply by a person stops a clock, one by a bot does not. */
  @Public()
  @OneOf(authors)
  author!: (typeof authors)[number];

  @Personal()
  @Optional()
  @FreeText()
  text?: string;

  @Personal()
  @Optional()
  @Line(300)
  subject?: string;

  /** A note among colleagues is `internal`; without it the customer saw it. */
  @Public()
  @Optional()
  @OneOf(['public', 'internal'])
  visibility?: 'public' | 'internal';

  @Personal()
  @Optional()
  @Reference(256)
  conversationId?: string;

  @Personal()
  @Optional()
  @Reference(256)
  inReplyTo?: string;

  /** Who of us wrote it. */
  @Personal()
  @Optional()
  @Line(128)
  agent?: string;

  @Personal()
  @Optional()
  @List(AttachmentDto, 50)
  attachments?: AttachmentDto[];
}

export const message: Kind<MessageDto> = {
  kind: 'message',
  version: 1,
  details: MessageDto,
  examples: {
    en: {
      author: 'customer',
      subject: 'Cracked lampshade',
      text: 'The lampshade arrived cracked. Can you send a new one before Friday?',
      conversationId: 'chat-88120',
      attachments: [{ name: 'lampshade.jpg', mediaType: 'image/jpeg', sizeBytes: 482113 }],
    },
    fa: {
      author: 'agent',
      agent: 'نگار',
      text: 'سلام، تا پنجشنبه یک آباژور سالم برایتان می‌فرستیم.',
      conversationId: 'chat-88120',
    },
  },
};
