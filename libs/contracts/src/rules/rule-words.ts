/** What has happened in a conversation that a rule may answer. */
export const ruleTriggers = [
  'opened',
  'message_received',
  'replied',
  'assigned',
  'transferred',
  'prioritised',
  'tagged',
  'status_changed',
  'clock_breached',
] as const;
export type RuleTrigger = (typeof ruleTriggers)[number];

/** Triggers in which something is said: a rule may look into it. */
export const spokenTriggers: readonly RuleTrigger[] = ['opened', 'message_received', 'replied'];

/** What a conversation waits for: us, anybody of us to have it, the customer, a third party. */
export const ruleWaits = ['us', 'unassigned', 'customer', 'third_party'] as const;
export type RuleWait = (typeof ruleWaits)[number];

/** What a rule may ask of a conversation. */
export const ruleConditions = [
  'channel',
  'priority',
  'team',
  'tags',
  'withoutTags',
  'category',
  'agent',
  'direction',
  'text',
  'identifiers',
  'waiting',
] as const;
export type RuleCondition = (typeof ruleConditions)[number];

/** In whose name rules act. */
export const RULES_ACTOR = 'system:rules';
