import { type ActionDoneDto, type MacroDto } from './macro.dto.js';
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

/** Something that a macro or a rule did to a conversation, and why. */
export interface RuleDecisionView {
  readonly at: string;
  readonly what: 'macro_applied';
  /** Of the macro. */
  readonly id: string;
  /** Of the list that it stood in. */
  readonly listVersion: string;
  /** Who had it done. */
  readonly by: string | null;
  readonly actions: readonly ActionDoneDto[];
  /** Of the conversation after it. */
  readonly version: string | null;
  readonly position: string;
}

/** What macros and rules did to a conversation: the last 50, newest first. */
export interface ConversationRulesView {
  readonly conversationId: string;
  readonly decisions: readonly RuleDecisionView[];
}
