import { type ActionDoneDto, type MacroDto } from './macro.dto.js';
import { type RuleReasonDto } from './rule-decision.dto.js';
import { type RuleTrigger } from './rule-words.js';
import { type RuleDto } from './rule.dto.js';
import { type RequirementDto } from './requirement.dto.js';

/** All macros. What a team has of them is its own and everybody's. */
export interface MacrosView {
  /** `0`: nobody has saved any. The `ETag`. */
  readonly version: string;
  readonly macros: readonly MacroDto[];
  /** RFC 3339; `null` where nobody has, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}

/** What conversations must have before they are resolved. */
export interface RequirementsView {
  /** `0`: nobody has saved any. The `ETag`. */
  readonly version: string;
  readonly requirements: readonly RequirementDto[];
  /** RFC 3339; `null` where nobody has, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}

/** What became of a change of macros, rules or requirements. */
export interface RuleSettingsCommandView {
  readonly version: string;
  /** Decimal digits: of the event that says so. */
  readonly position: string;
}

/** All rules. */
export interface RulesView {
  /** `0`: nobody has saved any. The `ETag`. */
  readonly version: string;
  /** Of the rules that answer one event: the first that matches, or all. */
  readonly match: 'first' | 'all';
  readonly rules: readonly RuleDto[];
  /** RFC 3339; `null` where nobody has, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}

/** Something that a macro or a rule did to a conversation, or did not, and why. */
export interface RuleDecisionView {
  readonly at: string;
  readonly what: 'macro_applied' | 'rule_applied' | 'rule_not_applied';
  /** Of the macro or the rule. */
  readonly id: string;
  /** Of the list that it stood in. */
  readonly listVersion: string;
  /** Who had the macro done; `null` of a rule. */
  readonly by: string | null;
  /** What the rule answered; `time`: a wait was over. `null` of a macro, as are the others. */
  readonly trigger: RuleTrigger | 'time' | null;
  readonly triggerPosition: string | null;
  /** Since when it had waited, and when that was too long. */
  readonly since: string | null;
  readonly dueAt: string | null;
  /** Conditions that held. */
  readonly because: readonly RuleReasonDto[];
  readonly actions: readonly ActionDoneDto[];
  /** Of the conversation after it; `null` where nothing was done. */
  readonly version: string | null;
  /** Why nothing was done, and which action stopped it: 0 for the first. */
  readonly reason: string | null;
  readonly action: number | null;
  readonly position: string;
}

/** What macros and rules did to a conversation: the last 50, newest first. */
export interface ConversationRulesView {
  readonly conversationId: string;
  readonly decisions: readonly RuleDecisionView[];
}
