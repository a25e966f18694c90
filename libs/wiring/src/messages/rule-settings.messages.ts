import { Command, Query } from '@nestjs/cqrs';
import {
  type MacrosRefusal,
  type NamedStatus,
  type RequirementsRefusal,
  type ReturnRulesRefusal,
  type RulesRefusal,
  type StatusesRefusal,
  type UnlistedStatus,
} from '#capabilities';
import {
  type ConversationRulesView,
  type MacrosDto,
  type MacrosView,
  type RequirementsDto,
  type RequirementsView,
  type ReturnRulesDto,
  type ReturnRulesView,
  type RuleSettingsCommandView,
  type RulesDto,
  type RulesView,
  type StatusesDto,
  type StatusesView,
} from '#contracts';
import { type Position, type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type ConversationFailure } from './conversation-failures.js';
import { type CommandFailure, type Named } from './failures.js';

/** Why macros, rules, requirements, return rules or statuses were not saved. */
export type RuleSettingsFailure =
  | CommandFailure
  | {
      readonly code: 'rule_settings_refused';
      readonly reason:
        | MacrosRefusal['code']
        | RequirementsRefusal['code']
        | ReturnRulesRefusal['code']
        | RulesRefusal['code']
        | StatusesRefusal['code']
        | UnlistedStatus
        /** Macros or rules give conversations a status that the list does not have, or has for something else. */
        | 'named-by-actions'
        | 'too-many-versions';
      readonly field: string;
      /** Whom or what it names that nobody has set up. */
      readonly unknown?: Named;
      /** By which macros and rules, at most 20. */
      readonly named?: readonly NamedStatus[];
    };

export type RuleSettingsSaved = Result<RuleSettingsCommandView, RuleSettingsFailure>;

/** Sets the whole list. `If-Match` is the version that it must be at. */
export class SaveMacros extends Command<RuleSettingsSaved> {
  constructor(
    readonly settings: MacrosDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

/** Likewise. */
export class SaveRules extends Command<RuleSettingsSaved> {
  constructor(
    readonly settings: RulesDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export class GetRules extends Query<RulesView> {}

/** Likewise. */
export class SaveRequirements extends Command<RuleSettingsSaved> {
  constructor(
    readonly settings: RequirementsDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

/** Likewise. */
export class SaveReturnRules extends Command<RuleSettingsSaved> {
  constructor(
    readonly settings: ReturnRulesDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export class GetReturnRules extends Query<ReturnRulesView> {}

/** Likewise. */
export class SaveStatuses extends Command<RuleSettingsSaved> {
  constructor(
    readonly settings: StatusesDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export class GetStatuses extends Query<StatusesView> {}

export class GetRequirements extends Query<RequirementsView> {}

export class GetMacros extends Query<MacrosView> {}

/** What macros and rules did to a conversation. */
export class GetConversationRules extends Query<Result<ConversationRulesView, ConversationFailure>> {
  constructor(
    readonly conversationId: string,
    /** Wait until everything up to it is shown. */
    readonly minPosition?: Position,
  ) {
    super();
  }
}
