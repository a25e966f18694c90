import {
  type ChosenCategory,
  chosenCategories,
  type WakeRule,
  wakeRules,
} from '../conversations/conversation-words.js';
import { ChangeStatusDto, PrioritiseDto, TagDto, TransferDto } from '../conversations/conversation-commands.dto.js';
import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { Nested, Optional } from '../events/fields/structure.js';
import { Code, FreeText, OneOf, Pattern } from '../events/fields/text.js';

export const MAX_ACTIONS = 10;
/** A year. */
const MAX_MINUTES = 527_040;
/** Written once among colleagues, about no customer. */
const MAX_STANDING_NOTE = 2_000;
const ASSIGNEE = '^(me|nobody|(user|key):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$';

export class AssignActionDto {
  /** `me`: whoever applies it; `nobody`; or kind and id. */
  @Public()
  @Pattern(ASSIGNEE, 41)
  to!: string;
}

export class SnoozeActionDto {
  @Public()
  @Whole(1, MAX_MINUTES)
  minutes!: number;

  /** Whether a message of the customer ends it: `on_reply` unless told otherwise. */
  @Public()
  @Optional()
  @OneOf(wakeRules)
  wake?: WakeRule;
}

export class ReplyActionDto {
  /** The canned reply that is said. */
  @Public()
  @Code()
  cannedReply!: string;

  /** How the conversation stands afterwards; an open one waits for the customer after a person's macro, and still for us after a rule's, unless told otherwise. */
  @Public()
  @Optional()
  @OneOf(chosenCategories)
  then?: ChosenCategory;
}

export class NoteActionDto {
  /** The organisation's own words: they are not sealed here, and nothing of a customer belongs in them. */
  @Public()
  @FreeText(MAX_STANDING_NOTE)
  text!: string;
}

/** One thing that is done to a conversation: exactly one of its members. */
export class ActionDto {
  @Public()
  @Optional()
  @Nested(AssignActionDto)
  assign?: AssignActionDto;

  @Public()
  @Optional()
  @Nested(TransferDto)
  transfer?: TransferDto;

  @Public()
  @Optional()
  @Nested(PrioritiseDto)
  prioritise?: PrioritiseDto;

  @Public()
  @Optional()
  @Nested(TagDto)
  tag?: TagDto;

  @Public()
  @Optional()
  @Nested(ChangeStatusDto)
  status?: ChangeStatusDto;

  @Public()
  @Optional()
  @Nested(SnoozeActionDto)
  snooze?: SnoozeActionDto;

  @Public()
  @Optional()
  @Nested(ReplyActionDto)
  reply?: ReplyActionDto;

  @Public()
  @Optional()
  @Nested(NoteActionDto)
  note?: NoteActionDto;
}
