import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, ListOf, Nested, Optional } from '../events/fields/structure.js';
import { Code, Codes, Line, OneOf, Pattern } from '../events/fields/text.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { ACTOR, MAX_TAGS, priorities, type Priority } from './conversation-words.js';

const MAX_RETURN_RULES = 50;
const MAX_VALUES = 50;
/** Ten years. */
const MAX_WITHIN_SECONDS = 315_360_000;

/** `stays`: with what is spam already, unseen. `opens`: another conversation, which somebody looks at. */
export const spamReturns = ['stays', 'opens'] as const;
export type SpamReturn = (typeof spamReturns)[number];
export const reopenings = ['within', 'always', 'never'] as const;
export type Reopening = (typeof reopenings)[number];

/** What the resolved conversation has to be like; each that is named must hold, none named matches everything. */
export class ReturnMatchDto {
  @Public()
  @Optional()
  @ListOf(channels)
  channel?: Channel[];

  @Public()
  @Optional()
  @Codes(MAX_VALUES)
  team?: string[];

  @Public()
  @Optional()
  @ListOf(priorities)
  priority?: Priority[];

  /** One of them. */
  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  tags?: string[];
}

/** What a customer's message does who comes back to a resolved conversation. */
export class ReturnRuleDto {
  @Public()
  @Code()
  id!: string;

  @Public()
  @Optional()
  @Line(120)
  name?: string;

  @Public()
  @Optional()
  @Nested(ReturnMatchDto)
  when?: ReturnMatchDto;

  /** Otherwise the message opens another conversation, which follows the resolved one. */
  @Public()
  @OneOf(reopenings)
  reopen!: Reopening;

  /** From the resolution to when the message was sent; with `within`, and with nothing else. */
  @Public()
  @Optional()
  @Whole(0, MAX_WITHIN_SECONDS)
  withinSeconds?: number;
}

/** All of them. The first that matches decides; where none does, a message reopens within seven days. */
export class ReturnRulesDto {
  @Public()
  @OneOf(spamReturns)
  spam!: SpamReturn;

  @Public()
  @List(ReturnRuleDto, MAX_RETURN_RULES, 0)
  rules!: ReturnRuleDto[];
}

/** The whole list was set anew; it holds for messages that are recorded from now on. */
export class ReturnRulesSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @OneOf(spamReturns)
  spam!: SpamReturn;

  @Public()
  @List(ReturnRuleDto, MAX_RETURN_RULES, 0)
  rules!: ReturnRuleDto[];
}
