import type { RecordedEvent } from '#kernel';
import { type RuleAppliedDto, type RuleNotAppliedDto, type RuleScheduledDto } from './rule-decision.dto.js';
import { type RulesSavedDto } from './rule.dto.js';

/** Of all rules: they are saved as one list. */
export const ruleListStream = 'rules';
export type RulesSaved = RecordedEvent<'rules.saved', Readonly<RulesSavedDto>>;
export const isRulesSaved = (event: RecordedEvent): event is RulesSaved => event.type === 'rules.saved';

export interface RuleDecisionData {
  readonly 'rule.applied': RuleAppliedDto;
  readonly 'rule.not_applied': RuleNotAppliedDto;
  readonly 'rule.scheduled': RuleScheduledDto;
}

/** Their key is the customer; their stream `rules-<id of the conversation>`. */
export type RuleApplied = RecordedEvent<'rule.applied', Readonly<RuleAppliedDto>>;
export type RuleNotApplied = RecordedEvent<'rule.not_applied', Readonly<RuleNotAppliedDto>>;
export type RuleScheduled = RecordedEvent<'rule.scheduled', Readonly<RuleScheduledDto>>;
