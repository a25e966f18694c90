import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { agentView, findAgent, findTeam, listAgents, listTeams, teamView } from '#capabilities';
import { type AgentCommandView, type AgentPage, type AgentView, type TeamPage, type TeamView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { actorOf } from '#platform/access';
import { type AgentChanged, changeAgent, configureTeam } from '../agents/change-agents.js';
import { audited, type Told } from '../audited.js';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type AgentFailure } from '../messages/agent-failures.js';
import { ChangeAgent, ConfigureTeam } from '../messages/agent.commands.js';
import { GetAgent, GetTeam, ListAgents, ListTeams } from '../messages/agent.queries.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';

/** Who set up what is told whatever became of it. */
const told = (changed: AgentChanged): Told =>
  changed.ok
    ? { details: { version: Number(changed.value.version) } }
    : { outcome: 'refused', details: { reason: changed.reason.code } };

@CommandHandler(ConfigureTeam)
export class ConfigureTeamHandler implements ICommandHandler<ConfigureTeam> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: ConfigureTeam): Promise<AgentChanged> {
    const { teamId, settings, request } = asked;
    const { once, audit, conversations } = this.installation;
    const { expectedVersions = 'any', principal, correlationId } = request;
    const command = { name: 'configure-team', teamId, settings, expectedVersions };
    const act = { action: 'team.configured', subject: `team:${teamId}` };
    return audited(
      audit,
      { ...act, actor: actorOf(principal), requestId: correlationId },
      () =>
        once<AgentCommandView, AgentFailure>(request, command, (attempt) =>
          configureTeam(conversations, asked, attempt),
        ),
      told,
    );
  }
}

@CommandHandler(ChangeAgent)
export class ChangeAgentHandler implements ICommandHandler<ChangeAgent> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: ChangeAgent): Promise<AgentChanged> {
    const { agent, change, request } = asked;
    const { once, audit, conversations } = this.installation;
    const { expectedVersions = 'any', principal, correlationId } = request;
    const command = { name: 'change-agent', agent, change, expectedVersions };
    const action = change.type === 'ConfigureAgent' ? 'agent.configured' : 'agent.availability_changed';
    return audited(
      audit,
      { action, subject: `agent:${agent}`, actor: actorOf(principal), requestId: correlationId },
      () =>
        once<AgentCommandView, AgentFailure>(request, command, (attempt) => changeAgent(conversations, asked, attempt)),
      told,
    );
  }
}

@QueryHandler(ListTeams)
export class ListTeamsHandler implements IQueryHandler<ListTeams> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters: { minPosition, ...listing } }: ListTeams): Promise<Result<TeamPage, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, ['teams']);
    if (late) return fail(late);
    const page = await listTeams(this.installation.readModels, listing);
    return page.ok ? page : fail(invalidCursor);
  }
}

@QueryHandler(GetTeam)
export class GetTeamHandler implements IQueryHandler<GetTeam> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ teamId, minPosition }: GetTeam): Promise<Result<TeamView, AgentFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, ['teams']);
    if (late) return fail(late);
    const found = await findTeam(this.installation.readModels, teamId);
    return found ? succeed(teamView(found)) : fail({ code: 'team_not_found' });
  }
}

@QueryHandler(ListAgents)
export class ListAgentsHandler implements IQueryHandler<ListAgents> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters: { minPosition, ...listing } }: ListAgents): Promise<Result<AgentPage, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, ['agents']);
    if (late) return fail(late);
    const page = await listAgents(this.installation.readModels, listing);
    return page.ok ? page : fail(invalidCursor);
  }
}

@QueryHandler(GetAgent)
export class GetAgentHandler implements IQueryHandler<GetAgent> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ agent, minPosition }: GetAgent): Promise<Result<AgentView, AgentFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, ['agents']);
    if (late) return fail(late);
    const found = await findAgent(this.installation.readModels, agent);
    return found ? succeed(agentView(found)) : fail({ code: 'agent_not_found' });
  }
}

export const agentHandlers = [
  ConfigureTeamHandler,
  ChangeAgentHandler,
  ListTeamsHandler,
  GetTeamHandler,
  ListAgentsHandler,
  GetAgentHandler,
];
