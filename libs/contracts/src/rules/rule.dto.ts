import {
  ACTOR,
  MAX_TAGS,
  type Priority,
  priorities,
  statusCategories,
  type StatusCategory,
} from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, ListOf, Nested, Optional } from '../events/fields/structure.js';
import { Code, Codes, Line, OneOf, Pattern, Patterns } from '../events/fields/text.js';
import { type Channel, channels, type TextDirection } from '../touchpoints/touchpoint-event.js';
import { ActionDto, MAX_ACTIONS } from './action.dto.js';
import { type RuleTrigger, ruleTriggers, type RuleWait, ruleWaits } from './rule-words.js';

const MAX_RULES = 100;
const MAX_VALUES = 50;
const MAX_IDENTIFIERS = 20;
/** A year. */
const MAX_MINUTES = 527_040;
const TERM = '^[^\\p{Cc}\\p{Zl}\\p{Zp}]+$';
/** Names a timer. */
export const RULE_ID = '^[a-z0-9][a-z0-9_.-]{0,63}$';

/** One of the customer's identifiers, by its kind and how it begins or ends; whole ones are nobody's business here. */
export class IdentifierMatchDto {
  @Public()
  @Pattern('^[a-z][a-z0-9_]{0,63}$', 64)
  kind!: string;

  @Public()
  @Optional()
  @Line(100)
  startsWith?: string;

  @Public()
  @Optional()
  @Line(100)
  endsWith?: string;
}

/** Each that is named must hold; none named matches everything. */
export class RuleMatchDto {
  @Public()
  @Optional()
  @ListOf(channels)
  channel?: Channel[];

  @Public()
  @Optional()
  @ListOf(priorities)
  priority?: Priority[];

  @Public()
  @Optional()
  @Codes(MAX_VALUES)
  team?: string[];

  /** One of them. */
  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  tags?: string[];

  /** None of them. */
  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  withoutTags?: string[];

  @Public()
  @Optional()
  @ListOf(statusCategories)
  category?: StatusCategory[];

  @Public()
  @Optional()
  @OneOf(['nobody', 'somebody'])
  agent?: 'nobody' | 'somebody';

  /** Of what was said. */
  @Public()
  @Optional()
  @OneOf(['ltr', 'rtl'])
  direction?: TextDirection;

  /** One of them is in what was said, or in the subject of what was opened; however it is typed. */
  @Public()
  @Optional()
  @Patterns(TERM, 100, MAX_VALUES)
  text?: string[];

  @Public()
  @Optional()
  @List(IdentifierMatchDto, MAX_IDENTIFIERS)
  identifiers?: IdentifierMatchDto[];
}

/** Once a conversation has waited that long. */
export class RuleDelayDto {
  @Public()
  @OneOf(ruleWaits)
  waiting!: RuleWait;

  @Public()
  @Whole(1, MAX_MINUTES)
  minutes!: number;

  /** Minutes of its opening hours; of any time, without. */
  @Public()
  @Optional()
  @Code()
  calendarId?: string;
}

/** What is done by itself: `on` something that happens, or `after` a wait. */
export class RuleDto {
  @Public()
  @Pattern(RULE_ID, 64)
  id!: string;

  @Public()
  @Optional()
  @Line(120)
  name?: string;

  @Public()
  @Optional()
  @ListOf(ruleTriggers)
  on?: RuleTrigger[];

  @Public()
  @Optional()
  @Nested(RuleDelayDto)
  after?: RuleDelayDto;

  @Public()
  @Optional()
  @Nested(RuleMatchDto)
  when?: RuleMatchDto;

  @Public()
  @List(ActionDto, MAX_ACTIONS)
  actions!: ActionDto[];
}

export class RulesDto {
  /** Of the rules that answer one event, in their order: the first that matches, or all. A wait is one rule's own. */
  @Public()
  @OneOf(['first', 'all'])
  match!: 'first' | 'all';

  @Public()
  @List(RuleDto, MAX_RULES, 0)
  rules!: RuleDto[];
}

/** The whole list was set anew; it holds for what happens from now on. */
export class RulesSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @OneOf(['first', 'all'])
  match!: 'first' | 'all';

  @Public()
  @List(RuleDto, MAX_RULES, 0)
  rules!: RuleDto[];
}
