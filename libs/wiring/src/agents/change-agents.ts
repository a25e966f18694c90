import { agent, findAgent, findTeam, team } from '#capabilities';
import { type AgentCommandView, agentStream, teamStream } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { decideOnRow, type RowAsked, type RowPorts } from '../decide-on-row.js';
import { firstUnknown, type SetUp } from '../conversations/agents.js';
import { type AgentFailure } from '../messages/agent-failures.js';
import { type AgentChange } from '../messages/agent.commands.js';
import { type ChangeAgent, type ConfigureTeam } from '../messages/agent.commands.js';
import { type CommandAttempt } from '../once.js';

export type AgentPorts = RowPorts & SetUp;

export type AgentChanged = Result<AgentCommandView, AgentFailure>;

export async function configureTeam(
  ports: AgentPorts,
  { teamId, settings, request }: Pick<ConfigureTeam, 'teamId' | 'settings' | 'request'>,
  attempt: CommandAttempt,
): Promise<AgentChanged> {
  const { members = [], overflow = [] } = settings;
  const unknown = await firstUnknown(ports, [
    ...members.map((name) => ({ kind: 'agent', name }) as const),
    // Itself is refused for another reason, set up or not.
    ...overflow.flatMap(({ team: name }) => (name === teamId ? [] : [{ kind: 'team', name } as const])),
  ]);
  if (unknown) return fail({ code: 'team_refused', ...unknown });
  const asking = { request, attempt, change: { teamId, settings }, model: 'teams', about: 'agent' };
  return decideOnRow<AgentFailure>(ports, asking, async (asked) => {
    const row = await findTeam(ports.directory.readModels, teamId);
    const command = { type: 'ConfigureTeam', ...asked, self: teamId, settings } as const;
    const decision = team.decide(row ?? team.initial, command);
    if (!decision.accepted) return fail({ code: 'team_refused', reason: decision.reason });
    return succeed({ id: teamId, stream: teamStream(teamId), row, decision });
  });
}

export async function changeAgent(
  ports: AgentPorts,
  { agent: id, change, request }: Pick<ChangeAgent, 'agent' | 'change' | 'request'>,
  attempt: CommandAttempt,
): Promise<AgentChanged> {
  if (!(await ports.isAgent(id))) return fail({ code: 'agent_not_found' });
  const asking = { request, attempt, change: { id, change }, model: 'agents', about: 'agent' };
  return decideOnRow<AgentFailure>(ports, asking, async (asked) => {
    const row = await findAgent(ports.directory.readModels, id);
    const decision = agent.decide(row ?? agent.initial, commandOf(change, asked));
    if (!decision.accepted) return fail({ code: 'agent_refused', reason: decision.reason });
    return succeed({ id, stream: agentStream(id), row, decision });
  });
}

const commandOf = (change: AgentChange, asked: RowAsked): Parameters<typeof agent.decide>[1] =>
  change.type === 'ConfigureAgent'
    ? { type: change.type, ...asked, settings: change.settings }
    : { type: change.type, ...asked, availability: change.availability };
