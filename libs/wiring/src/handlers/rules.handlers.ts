import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { rulesOfConversation } from '#capabilities';
import {
  type ConversationRulesView,
  type MacrosView,
  type RequirementsView,
  type ReturnRulesView,
  type RuleSettingsCommandView,
  type RulesView,
  type StatusesView,
} from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { actorOf } from '#platform/access';
import { type Act, audited, type Told } from '../audited.js';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import {
  GetConversationRules,
  GetMacros,
  GetRequirements,
  GetReturnRules,
  GetRules,
  GetStatuses,
  type RuleSettingsFailure,
  type RuleSettingsSaved,
  SaveMacros,
  SaveRequirements,
  SaveReturnRules,
  SaveRules,
  SaveStatuses,
} from '../messages/rule-settings.messages.js';
import { type CommandAttempt } from '../once.js';
import {
  saveMacros,
  saveRequirements,
  saveReturnRules,
  saveRules,
  saveStatuses,
  showMacros,
  showRequirements,
  showReturnRules,
  showRules,
  showStatuses,
} from '../rules/rule-settings.js';

/** Who saved what is told whatever became of it. */
const told = (saved: RuleSettingsSaved): Told =>
  saved.ok
    ? { details: { version: Number(saved.value.version) } }
    : { outcome: 'refused', details: { reason: saved.reason.code } };

interface Asked {
  readonly settings: object;
  readonly request: CommandRequest;
}

/** Saves once, and tells the audit log of it. */
function auditedSave(
  { audit, once }: Pick<Installation, 'audit' | 'once'>,
  what: 'macros' | 'requirements' | 'return_rules' | 'rules' | 'statuses',
  { settings, request }: Asked,
  save: (attempt: CommandAttempt) => Promise<RuleSettingsSaved>,
): Promise<RuleSettingsSaved> {
  const { principal, correlationId, expectedVersions = 'any' } = request;
  const act: Act = {
    action: `${what}.saved`,
    subject: `${what}:all`,
    actor: actorOf(principal),
    requestId: correlationId,
  };
  const command = { name: `save-${what}`, settings, expectedVersions };
  return audited(audit, act, () => once<RuleSettingsCommandView, RuleSettingsFailure>(request, command, save), told);
}

@CommandHandler(SaveMacros)
export class SaveMacrosHandler implements ICommandHandler<SaveMacros> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SaveMacros): Promise<RuleSettingsSaved> {
    const { conversations } = this.installation;
    return auditedSave(this.installation, 'macros', asked, (attempt) => saveMacros(conversations, asked, attempt));
  }
}

@QueryHandler(GetMacros)
export class GetMacrosHandler implements IQueryHandler<GetMacros> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(): Promise<MacrosView> {
    return showMacros(this.installation.conversations);
  }
}

@CommandHandler(SaveRequirements)
export class SaveRequirementsHandler implements ICommandHandler<SaveRequirements> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SaveRequirements): Promise<RuleSettingsSaved> {
    const { conversations } = this.installation;
    const save = (attempt: CommandAttempt) => saveRequirements(conversations, asked, attempt);
    return auditedSave(this.installation, 'requirements', asked, save);
  }
}

@QueryHandler(GetRequirements)
export class GetRequirementsHandler implements IQueryHandler<GetRequirements> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(): Promise<RequirementsView> {
    return showRequirements(this.installation.conversations);
  }
}

@CommandHandler(SaveReturnRules)
export class SaveReturnRulesHandler implements ICommandHandler<SaveReturnRules> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SaveReturnRules): Promise<RuleSettingsSaved> {
    const { conversations } = this.installation;
    const save = (attempt: CommandAttempt) => saveReturnRules(conversations, asked, attempt);
    return auditedSave(this.installation, 'return_rules', asked, save);
  }
}

@QueryHandler(GetReturnRules)
export class GetReturnRulesHandler implements IQueryHandler<GetReturnRules> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(): Promise<ReturnRulesView> {
    return showReturnRules(this.installation.conversations);
  }
}

@CommandHandler(SaveStatuses)
export class SaveStatusesHandler implements ICommandHandler<SaveStatuses> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SaveStatuses): Promise<RuleSettingsSaved> {
    const { conversations } = this.installation;
    return auditedSave(this.installation, 'statuses', asked, (attempt) => saveStatuses(conversations, asked, attempt));
  }
}

@QueryHandler(GetStatuses)
export class GetStatusesHandler implements IQueryHandler<GetStatuses> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(): Promise<StatusesView> {
    return showStatuses(this.installation.conversations);
  }
}

@CommandHandler(SaveRules)
export class SaveRulesHandler implements ICommandHandler<SaveRules> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SaveRules): Promise<RuleSettingsSaved> {
    const { conversations, clockSettings } = this.installation;
    const ports = { ...conversations, calendars: clockSettings.books };
    return auditedSave(this.installation, 'rules', asked, (attempt) => saveRules(ports, asked, attempt));
  }
}

@QueryHandler(GetRules)
export class GetRulesHandler implements IQueryHandler<GetRules> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(): Promise<RulesView> {
    return showRules(this.installation.conversations);
  }
}

@QueryHandler(GetConversationRules)
export class GetConversationRulesHandler implements IQueryHandler<GetConversationRules> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute(asked: GetConversationRules): Promise<Result<ConversationRulesView, ConversationFailure>> {
    const { directory, readModels } = this.installation;
    const late = await caughtUp(directory, asked.minPosition, ['conversations', 'rule-decisions']);
    if (late) return fail(late);
    const found = await rulesOfConversation(readModels, asked.conversationId);
    return found ? succeed(found) : fail({ code: 'conversation_not_found' });
  }
}

export const ruleHandlers = [
  SaveRulesHandler,
  GetRulesHandler,
  SaveReturnRulesHandler,
  GetReturnRulesHandler,
  SaveStatusesHandler,
  GetStatusesHandler,
  SaveRequirementsHandler,
  GetRequirementsHandler,
  SaveMacrosHandler,
  GetMacrosHandler,
  GetConversationRulesHandler,
];
