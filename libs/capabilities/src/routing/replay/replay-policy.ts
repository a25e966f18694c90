import { agentIdOf, AgentSettingsDto, parseAs, teamIdOf, TeamSettingsDto } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { type RoutingInput } from '../evolve-routing.js';
import { type RoutingState } from '../routing-state.js';

type Settings = Readonly<Record<string, unknown>>;
type Changes = Readonly<Record<string, Settings>>;

/** How teams and agents are set up otherwise: by name, or `*` for all of them. */
export interface ReplayPolicy {
  readonly teams: Changes;
  readonly agents: Changes;
}

export interface PolicyFault {
  /** JSON pointer into the policy. */
  readonly pointer: string;
  readonly detail: string;
}

/** Every team, or every agent. */
const ALL = '*';
/** Settings that break no rule, for members to be tried in. */
const plainTeam: TeamSettingsDto = { strategy: 'manual' };
const plainAgent: AgentSettingsDto = { capacity: [] };

/** Reads a policy: members of settings that take the place of those that were, `null` for none. */
export function parseReplayPolicy(value: unknown): Result<ReplayPolicy, readonly PolicyFault[]> {
  if (!isObject(value)) return fail([{ pointer: '', detail: 'It is an object with "teams" and "agents".' }]);
  const faults: PolicyFault[] = Object.keys(value)
    .filter((member) => member !== 'teams' && member !== 'agents')
    .map((member) => ({ pointer: `/${member}`, detail: 'There is no such member; there are "teams" and "agents".' }));
  const read = (member: 'teams' | 'agents'): Changes => {
    const told = value[member] ?? {};
    if (!isObject(told))
      faults.push({ pointer: `/${member}`, detail: 'It is an object: settings by name, or by "*".' });
    const changes: [string, Settings][] = [];
    for (const [name, settings] of Object.entries(isObject(told) ? told : {})) {
      const at = `/${member}/${name}`;
      if (!isObject(settings)) faults.push({ pointer: at, detail: 'It is an object of settings.' });
      else {
        faults.push(...faultsOf(member, settings).map(({ pointer, detail }) => ({ pointer: at + pointer, detail })));
        changes.push([name, settings]);
      }
    }
    return Object.fromEntries(changes);
  };
  const policy = { teams: read('teams'), agents: read('agents') };
  return faults.length > 0 ? fail(faults) : succeed(policy);
}

function faultsOf(member: 'teams' | 'agents', changes: Settings): readonly PolicyFault[] {
  const parsed =
    member === 'teams'
      ? parseAs(TeamSettingsDto, merged(plainTeam, changes))
      : parseAs(AgentSettingsDto, merged(plainAgent, changes));
  return parsed.ok ? [] : parsed.reason;
}

const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members in the place of those that were: RFC 7396 on the members of settings, which are taken whole. */
const merged = (settings: object, ...changes: readonly (Settings | undefined)[]): Settings =>
  Object.fromEntries(Object.entries(Object.assign({}, settings, ...changes)).filter(([, value]) => value !== null));

const changesFor = (changes: Changes, name: string): readonly (Settings | undefined)[] => [
  changes[ALL],
  Object.hasOwn(changes, name) ? changes[name] : undefined,
];

/** Rules hold for each member by itself: what breaks one now was stored when there was no such rule. */
function checked<Settings>(parsed: Result<Settings, readonly PolicyFault[]>): Settings {
  if (parsed.ok) return parsed.value;
  const [first] = parsed.reason;
  throw new TypeError(`settings in the log break a rule of today, ${first?.pointer ?? ''}: ${first?.detail ?? ''}`);
}

export const teamUnder = ({ teams }: ReplayPolicy, id: string, settings: TeamSettingsDto): TeamSettingsDto =>
  isNamed(teams, id) ? checked(parseAs(TeamSettingsDto, merged(settings, ...changesFor(teams, id)))) : settings;

export const agentUnder = ({ agents }: ReplayPolicy, id: string, settings: AgentSettingsDto): AgentSettingsDto =>
  isNamed(agents, id) ? checked(parseAs(AgentSettingsDto, merged(settings, ...changesFor(agents, id)))) : settings;

const isNamed = (changes: Changes, name: string): boolean =>
  Object.hasOwn(changes, name) || Object.hasOwn(changes, ALL);

/** What routing knows, as if everybody had been set up by the policy. */
export function stateUnder(policy: ReplayPolicy, state: RoutingState): RoutingState {
  const teams = Object.entries(state.teams).map(([id, settings]) => [id, teamUnder(policy, id, settings)] as const);
  const agents = Object.entries(state.agents).map(
    ([id, { settings, ...agent }]) =>
      [id, { ...agent, settings: settings && agentUnder(policy, id, settings) }] as const,
  );
  return { ...state, teams: Object.fromEntries(teams), agents: Object.fromEntries(agents) };
}

/** Teams and agents that a policy names and that nobody had set up. */
export function unknownNames(policy: ReplayPolicy, state: RoutingState): readonly PolicyFault[] {
  const of = (member: 'teams' | 'agents', known: readonly string[]): readonly PolicyFault[] =>
    Object.keys(policy[member])
      .filter((name) => name !== ALL && !known.includes(name))
      .map((name) => ({
        pointer: `/${member}/${name}`,
        detail: `Nobody had set it up by then; there were ${[...known].sort().slice(0, MAX_NAMED).join(', ') || 'none'}.`,
      }));
  return [...of('teams', Object.keys(state.teams)), ...of('agents', Object.keys(state.agents))];
}

const MAX_NAMED = 20;

/** An event as it would have been under the policy. */
export function inputUnder(policy: ReplayPolicy, event: RoutingInput): RoutingInput {
  if (event.type === 'team.configured')
    return {
      ...event,
      data: { ...event.data, settings: teamUnder(policy, teamIdOf(event.stream), event.data.settings) },
    };
  if (event.type === 'agent.configured')
    return {
      ...event,
      data: { ...event.data, settings: agentUnder(policy, agentIdOf(event.stream), event.data.settings) },
    };
  return event;
}
