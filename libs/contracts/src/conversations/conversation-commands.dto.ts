import { Personal, Public } from '../events/fields/field-class.js';
import { Flag } from '../events/fields/number.js';
import { Optional } from '../events/fields/structure.js';
import { Code, Codes, WrittenText, Instant, Line, OneOf, Pattern, Patterns, Reference } from '../events/fields/text.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import {
  ACTOR,
  type ChosenCategory,
  chosenCategories,
  MAX_ATTACHMENTS,
  MAX_MENTIONS,
  MAX_SPLIT,
  MAX_TAGS,
  type Priority,
  priorities,
  UUID,
  type WakeRule,
  wakeRules,
} from './conversation-words.js';

const VERSION = '^[1-9][0-9]{0,8}$';
/** Of what people write: the event has room for it in any script. */
const MAX_MESSAGE = 10_000;

export class OpenConversationDto {
  /** UUID of the caller's choosing; made where there is none. */
  @Public()
  @Optional()
  @Pattern(UUID, 36)
  id?: string;

  /** Id of the customer, or kind:value of an identifier. */
  @Personal()
  @Reference(320)
  customer!: string;

  @Public()
  @OneOf(channels)
  channel!: Channel;

  @Personal()
  @Line(300)
  subject!: string;
}

export class ReplyDto {
  @Personal()
  @WrittenText(MAX_MESSAGE)
  text!: string;

  /** The version of the conversation that its author has read: it is stopped when somebody spoke since. */
  @Public()
  @Pattern(VERSION, 9)
  sinceVersion!: string;

  /** The conversation's own unless told otherwise. */
  @Public()
  @Optional()
  @OneOf(channels)
  channel?: Channel;

  /** Ids of uploads (`POST /v1/attachments`), which are this customer's from then on. */
  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_ATTACHMENTS)
  attachments?: string[];

  /** How the conversation stands afterwards; an open one waits for the customer after a person's reply, and still for us after a program's, unless told otherwise. */
  @Public()
  @Optional()
  @OneOf(chosenCategories)
  then?: ChosenCategory;
}

export class NoteDto {
  @Personal()
  @WrittenText(MAX_MESSAGE)
  text!: string;

  /** Colleagues who are mentioned, kind and id. */
  @Public()
  @Optional()
  @Patterns(ACTOR, 140, MAX_MENTIONS)
  mentions?: string[];

  /** Ids of uploads (`POST /v1/attachments`), which are kept with the customer's from then on; the customer is not sent them. */
  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_ATTACHMENTS)
  attachments?: string[];
}

export class AssignDto {
  /** Kind and id, `user:0198…`; without it, nobody. */
  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  agent?: string;
}

export class TransferDto {
  /** Without it, no team. */
  @Public()
  @Optional()
  @Code()
  team?: string;

  /** Whoever has it has it in the new team, too; otherwise nobody has it. */
  @Public()
  @Optional()
  @Flag()
  keepAgent?: boolean;
}

export class PrioritiseDto {
  @Public()
  @OneOf(priorities)
  priority!: Priority;
}

export class TagDto {
  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  add?: string[];

  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  remove?: string[];
}

/** `open` ends a snooze and reopens what was resolved. */
export class ChangeStatusDto {
  @Public()
  @OneOf(chosenCategories)
  category!: ChosenCategory;

  /** The organisation's own word for it; the category's name unless told otherwise. */
  @Public()
  @Optional()
  @Code()
  status?: string;
}

export class SnoozeDto {
  @Public()
  @Instant()
  until!: string;

  /** Whether a message of the customer ends it: `on_reply` unless told otherwise. */
  @Public()
  @Optional()
  @OneOf(wakeRules)
  wake?: WakeRule;
}

export class MergeDto {
  /** The conversation of the same customer in which it goes on. */
  @Public()
  @Pattern(UUID, 36)
  into!: string;
}

export class SplitDto {
  /** Ids of the messages that go into a conversation of their own. */
  @Public()
  @Patterns(UUID, 36, MAX_SPLIT)
  messages!: string[];

  @Personal()
  @Line(300)
  subject!: string;

  /** UUID of the new conversation; made where there is none. */
  @Public()
  @Optional()
  @Pattern(UUID, 36)
  id?: string;
}

export class SpamDto {
  @Public()
  @Flag()
  spam!: boolean;
}

export class LinkDto {
  @Public()
  @Pattern(UUID, 36)
  to!: string;

  @Public()
  @Flag()
  linked!: boolean;
}
