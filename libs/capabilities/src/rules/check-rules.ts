import { type RuleDto, spokenTriggers } from '#contracts';
import { checkActions, type RefusedAction } from './check-actions.js';

/** Each sets a timer in every conversation that waits. */
const MAX_DELAYS = 20;

export type RulesRefusal =
  | RefusedAction
  | {
      readonly code:
        | 'listed-twice'
        /** Neither `on` nor `after`, or both. */
        | 'not-one-trigger'
        /** It asks what was said, and answers something that says nothing. */
        | 'nothing-said'
        /** It asks how an identifier begins or ends, and does not say how. */
        | 'whole-identifier'
        /** `me`: nobody acts. */
        | 'nobody-acts'
        | 'too-many-delays'
        | 'unknown-calendar';
      readonly field: string;
    };

/** Why a list of rules cannot be saved, by itself. */
export function checkRules(rules: readonly RuleDto[]): RulesRefusal | undefined {
  const seen = new Set<string>();
  let delays = 0;
  for (const [index, rule] of rules.entries()) {
    const field = `rules.${String(index)}`;
    if (seen.has(rule.id)) return { code: 'listed-twice', field: `${field}.id` };
    seen.add(rule.id);
    if (rule.after) delays += 1;
    if (delays > MAX_DELAYS) return { code: 'too-many-delays', field: `${field}.after` };
    const refused = checkRule(rule, field) ?? checkActions(rule.actions, `${field}.actions`);
    if (refused) return refused;
  }
  return undefined;
}

function checkRule({ on, after, when = {}, actions }: RuleDto, field: string): RulesRefusal | undefined {
  if ((on === undefined) === (after === undefined)) return { code: 'not-one-trigger', field };
  const isSpoken = on?.every((trigger) => spokenTriggers.includes(trigger)) ?? false;
  if ((when.text !== undefined || when.direction !== undefined) && !isSpoken)
    return { code: 'nothing-said', field: `${field}.when` };
  if (when.identifiers?.some(({ startsWith, endsWith }) => startsWith === undefined && endsWith === undefined))
    return { code: 'whole-identifier', field: `${field}.when.identifiers` };
  const me = actions.findIndex(({ assign }) => assign?.to === 'me');
  return me < 0 ? undefined : { code: 'nobody-acts', field: `${field}.actions.${String(me)}` };
}
