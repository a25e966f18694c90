import { ACTOR } from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Flag, Whole } from '../events/fields/number.js';
import { List, Optional } from '../events/fields/structure.js';
import { Code, Line, OneOf, Pattern } from '../events/fields/text.js';
import { type ActionType, actionTypes } from './action-words.js';
import { ActionDto, MAX_ACTIONS } from './action.dto.js';

const MAX_MACROS = 200;
const MAX_INTEGER = 2_147_483_647;
const VERSION = '^[1-9][0-9]{0,8}$';

export class MacroDto {
  /** The organisation's own word for it. */
  @Public()
  @Code()
  id!: string;

  @Public()
  @Line(120)
  name!: string;

  /** Whose it is; everybody's, without. */
  @Public()
  @Optional()
  @Code()
  team?: string;

  /** Done one after the other, all of them or none. */
  @Public()
  @List(ActionDto, MAX_ACTIONS)
  actions!: ActionDto[];
}

export class MacrosDto {
  @Public()
  @List(MacroDto, MAX_MACROS, 0)
  macros!: MacroDto[];
}

/** The whole list was set anew. */
export class MacrosSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @List(MacroDto, MAX_MACROS, 0)
  macros!: MacroDto[];
}

/** Has a macro done to a conversation. */
export class ApplyMacroDto {
  @Public()
  @Code()
  macro!: string;

  /** The version of the conversation that its author has read; needed where the macro says something to the customer. */
  @Public()
  @Optional()
  @Pattern(VERSION, 9)
  sinceVersion?: string;
}

/** What became of one action; one that finds everything so already changes nothing. */
export class ActionDoneDto {
  @Public()
  @OneOf(actionTypes)
  action!: ActionType;

  @Public()
  @Flag()
  changed!: boolean;
}

/** Somebody had a macro done to a conversation; stored with what it did. */
export class MacroAppliedDto {
  /** Of the conversation after it. */
  @Public()
  @Whole(1, MAX_INTEGER)
  version!: number;

  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Code()
  macro!: string;

  /** Of the list of macros. */
  @Public()
  @Whole(1, MAX_INTEGER)
  macrosVersion!: number;

  @Public()
  @List(ActionDoneDto, MAX_ACTIONS)
  actions!: ActionDoneDto[];
}
