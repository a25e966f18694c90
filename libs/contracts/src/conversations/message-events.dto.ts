import { Personal, Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { Nested, Optional } from '../events/fields/structure.js';
import { Code, FreeText, Instant, Line, OneOf, Pattern, Patterns } from '../events/fields/text.js';
import { type Channel, channels, type TextDirection, textDirections } from '../touchpoints/touchpoint-event.js';
import {
  ACTOR,
  type AnswerKind,
  answerKinds,
  conversationKinds,
  type ConversationKind,
  conversationOrigins,
  MAX_ATTACHMENTS,
  MAX_MENTIONS,
  MAX_SPLIT,
  priorities,
  type Priority,
  UUID,
} from './conversation-words.js';
import { OwedDto } from './owed.dto.js';

const SEALED = '^[A-Za-z0-9_-]+$';

/** A conversation began. It belongs to one incarnation of one customer, under whose key its texts are sealed. */
export class ConversationOpenedDto {
  @Public()
  @OneOf(conversationOrigins)
  origin!: (typeof conversationOrigins)[number];

  /** Who opened it; nobody, where a touchpoint did. */
  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  by?: string;

  @Public()
  @Pattern(UUID, 36)
  customerId!: string;

  /** Of the customer's key. */
  @Public()
  @Whole(1, 1_000_000)
  incarnation!: number;

  @Public()
  @OneOf([...channels, null])
  channel!: Channel | null;

  @Personal()
  @Line(300)
  subject!: string;

  /** When the touchpoint that opened it was recorded: how late that was told is its source's doing, how late this is may be ours. */
  @Public()
  @Optional()
  @Instant()
  toldAt?: string;

  /** Pseudonym of the thread that its channel knows it by. */
  @Public()
  @Optional()
  @Pattern(UUID, 36)
  thread?: string;

  /** The conversation that it continues: a later one of a thread, or the one that it was split from. */
  @Public()
  @Optional()
  @Pattern(UUID, 36)
  follows?: string;

  /** What it took along from there. */
  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_SPLIT)
  messages?: string[];

  /** As in the one that it was split from. */
  @Public()
  @Optional()
  @Code()
  team?: string;

  /** As in the one that it was split from; normal, without. */
  @Public()
  @Optional()
  @OneOf(priorities)
  priority?: Priority;

  /** Of the last message that it took along. */
  @Public()
  @Optional()
  @OneOf(textDirections)
  direction?: TextDirection;

  /** What is owed for the messages that it took along. */
  @Public()
  @Optional()
  @Nested(OwedDto)
  owes?: OwedDto;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

/** The customer said something, in a touchpoint whose event id is the message's id. */
export class MessageReceivedDto {
  @Public()
  @Pattern(UUID, 36)
  messageId!: string;

  @Public()
  @OneOf(conversationKinds)
  kind!: ConversationKind;

  /** When that touchpoint was recorded. */
  @Public()
  @Optional()
  @Instant()
  toldAt?: string;

  @Public()
  @OneOf([...channels, null])
  channel!: Channel | null;

  @Public()
  @Optional()
  @OneOf(textDirections)
  direction?: TextDirection;

  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_ATTACHMENTS)
  attachments?: string[];

  @Personal()
  @Optional()
  @FreeText()
  text?: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

/** Somebody of us answered, in public: here, or elsewhere in a touchpoint whose event id is the message's id if it is a message. */
export class RepliedDto {
  /** `user:elsewhere` for a person who answered elsewhere, `system:elsewhere` for a program. */
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  messageId!: string;

  /** In what it was said elsewhere: the customer has it, and nothing of it is sent. */
  @Public()
  @Optional()
  @OneOf(answerKinds)
  elsewhere?: AnswerKind;

  /** When that touchpoint was recorded. */
  @Public()
  @Optional()
  @Instant()
  toldAt?: string;

  /** What is owed after a person's answer that was told late: what the customer said after it. Nothing, where the event does not say. */
  @Public()
  @Optional()
  @Nested(OwedDto)
  owes?: OwedDto;

  /** Since when it is open all the same, because somebody chose that after an answer which was told late and leaves nothing owed. */
  @Public()
  @Optional()
  @Instant()
  since?: string;

  @Public()
  @OneOf([...channels, null])
  channel!: Channel | null;

  @Public()
  @OneOf(textDirections)
  direction!: TextDirection;

  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_ATTACHMENTS)
  attachments?: string[];

  /** Whoever answered elsewhere, as they are called there. */
  @Personal()
  @Optional()
  @Line(128)
  author?: string;

  /** Always there of what was said here. */
  @Personal()
  @Optional()
  @FreeText()
  text?: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

/** A note among colleagues, which the customer never sees. */
export class NotedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  messageId!: string;

  @Public()
  @OneOf(textDirections)
  direction!: TextDirection;

  /** Colleagues who are mentioned in it. */
  @Public()
  @Optional()
  @Patterns(ACTOR, 140, MAX_MENTIONS)
  mentions?: string[];

  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_ATTACHMENTS)
  attachments?: string[];

  @Personal()
  @FreeText()
  text!: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}
