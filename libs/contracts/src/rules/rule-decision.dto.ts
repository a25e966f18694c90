import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, Nested, Optional } from '../events/fields/structure.js';
import { Instant, Line, OneOf, Pattern } from '../events/fields/text.js';
import { MAX_ACTIONS } from './action.dto.js';
import { ActionDoneDto } from './macro.dto.js';
import {
  type RuleCondition,
  ruleConditions,
  type RuleTrigger,
  ruleTriggers,
  type RuleWait,
  ruleWaits,
} from './rule-words.js';
import { RULE_ID } from './rule.dto.js';

const MAX_INTEGER = 2_147_483_647;
const DIGITS = '^[1-9][0-9]*$';
const REASON = '^[a-z][a-z-]{1,63}$';

/** A condition that held; of what was said and who it was, not with what. */
export class RuleReasonDto {
  @Public()
  @OneOf(ruleConditions)
  condition!: RuleCondition;

  @Public()
  @Optional()
  @Line(64)
  value?: string;
}

/** What a rule answered, and why it did. */
export class RuleCauseDto {
  @Public()
  @Pattern(RULE_ID, 64)
  rule!: string;

  /** Of the list of rules. */
  @Public()
  @Whole(1, MAX_INTEGER)
  rulesVersion!: number;

  /** `time`: a wait was over. */
  @Public()
  @OneOf([...ruleTriggers, 'time'])
  trigger!: RuleTrigger | 'time';

  /** Decimal digits: of the event that it answered. */
  @Public()
  @Optional()
  @Pattern(DIGITS, 20)
  triggerPosition?: string;

  /** Since when it had waited. */
  @Public()
  @Optional()
  @Instant()
  since?: string;

  /** When that was too long. */
  @Public()
  @Optional()
  @Instant()
  dueAt?: string;

  @Public()
  @List(RuleReasonDto, ruleConditions.length, 0)
  because!: RuleReasonDto[];
}

/** A rule was applied; stored with what it did. */
export class RuleAppliedDto {
  @Public()
  @Nested(RuleCauseDto)
  cause!: RuleCauseDto;

  /** Of the conversation after it. */
  @Public()
  @Whole(1, MAX_INTEGER)
  version!: number;

  @Public()
  @List(ActionDoneDto, MAX_ACTIONS)
  actions!: ActionDoneDto[];
}

/** It matched, and nothing of it was done. */
export class RuleNotAppliedDto {
  @Public()
  @Nested(RuleCauseDto)
  cause!: RuleCauseDto;

  @Public()
  @Pattern(REASON, 64)
  reason!: string;

  /** Which action stopped it: 0 for the first. */
  @Public()
  @Optional()
  @Whole(0, MAX_ACTIONS)
  action?: number;
}

/** A conversation began to wait for something that a rule does not let it wait for too long. */
export class RuleScheduledDto {
  @Public()
  @Pattern(RULE_ID, 64)
  rule!: string;

  @Public()
  @Whole(1, MAX_INTEGER)
  rulesVersion!: number;

  @Public()
  @OneOf(ruleWaits)
  waiting!: RuleWait;

  @Public()
  @Instant()
  since!: string;

  @Public()
  @Instant()
  dueAt!: string;
}
