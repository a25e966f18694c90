import {
  isMacrosSaved,
  isReturnRulesSaved,
  isRulesSaved,
  isStatusesSaved,
  ruleListStream,
  type RulesSaved,
  isRequirementsSaved,
  type MacrosSaved,
  macrosStream,
  type RequirementsSaved,
  requirementsStream,
  type ReturnRulesSaved,
  returnRulesStream,
  type StatusesSaved,
  statusesStream,
} from '#contracts';
import { type EventStore } from '#platform/event-store';
import { SettingsBook } from './settings-book.js';

/** What leads say about how conversations are worked on. */
export interface RuleBooks {
  readonly macros: SettingsBook<MacrosSaved>;
  readonly rules: SettingsBook<RulesSaved>;
  readonly requirements: SettingsBook<RequirementsSaved>;
  readonly returnRules: SettingsBook<ReturnRulesSaved>;
  readonly statuses: SettingsBook<StatusesSaved>;
}

export const createRuleBooks = (store: Pick<EventStore, 'readStream'>): RuleBooks => ({
  macros: new SettingsBook(store, macrosStream, isMacrosSaved),
  rules: new SettingsBook(store, ruleListStream, isRulesSaved),
  requirements: new SettingsBook(store, requirementsStream, isRequirementsSaved),
  returnRules: new SettingsBook(store, returnRulesStream, isReturnRulesSaved),
  statuses: new SettingsBook(store, statusesStream, isStatusesSaved),
});
