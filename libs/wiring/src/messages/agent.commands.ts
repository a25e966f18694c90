import { Command } from '@nestjs/cqrs';
import { type AgentCommandView, type AgentSettingsDto, type Availability, type TeamSettingsDto } from '#contracts';
import { type Result } from '#kernel';
import { type AgentFailure } from './agent-failures.js';
import { type CommandRequest } from './command-request.js';

/** Says all of how a team is set up. `If-Match` is the version that it must be at. */
export class ConfigureTeam extends Command<Result<AgentCommandView, AgentFailure>> {
  constructor(
    readonly teamId: string,
    readonly settings: TeamSettingsDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export type AgentChange =
  | { readonly type: 'ConfigureAgent'; readonly settings: AgentSettingsDto }
  | { readonly type: 'ChangeAvailability'; readonly availability: Availability };

/** Says what an agent can do, or whether they are there; likewise. */
export class ChangeAgent extends Command<Result<AgentCommandView, AgentFailure>> {
  constructor(
    /** Kind and id. */
    readonly agent: string,
    readonly change: AgentChange,
    readonly request: CommandRequest,
  ) {
    super();
  }
}
