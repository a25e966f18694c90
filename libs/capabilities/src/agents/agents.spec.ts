import { type AgentSettingsDto, type TeamSettingsDto } from '#contracts';
import { agent, type AgentCommand } from './agent.decider.js';
import { team } from './team.decider.js';

const at = Date.UTC(2026, 2, 21, 12);
const by = 'user:ada';
const settings: AgentSettingsDto = { capacity: [{ channel: 'chat', limit: 3 }, { limit: 10 }], skills: ['refunds'] };

const stateAfter = (...commands: readonly AgentCommand[]) =>
  commands.reduce((state, command) => {
    const decision = agent.decide(state, command);
    if (!decision.accepted) throw new Error(decision.reason);
    return decision.events.reduce(agent.evolve, state);
  }, agent.initial);

describe('an agent', () => {
  it('is not there until they say so', () => {
    expect(agent.initial.availability).toBe('offline');
    expect(stateAfter({ type: 'ChangeAvailability', at, by, availability: 'online' }).availability).toBe('online');
  });

  it('who says the same again has said nothing', () => {
    const online: AgentCommand = { type: 'ChangeAvailability', at, by, availability: 'online' };
    const configured: AgentCommand = { type: 'ConfigureAgent', at, by, settings };
    const state = stateAfter(online, configured);
    for (const command of [online, configured])
      expect(agent.decide(state, command)).toEqual({ accepted: true, events: [] });
  });

  it('keeps what they can do while they come and go', () => {
    const away: AgentCommand = { type: 'ChangeAvailability', at, by, availability: 'away' };
    expect(stateAfter({ type: 'ConfigureAgent', at, by, settings }, away)).toEqual({ settings, availability: 'away' });
  });

  it('has one limit for a channel', () => {
    const twice = { capacity: [{ limit: 1 }, { limit: 2 }] };
    const decision = agent.decide(agent.initial, { type: 'ConfigureAgent', at, by, settings: twice });
    expect(decision).toEqual({ accepted: false, reason: 'listed-twice' });
  });
});

describe('a team', () => {
  const decide = (asked: TeamSettingsDto, before: TeamSettingsDto | null = null) =>
    team.decide({ settings: before }, { type: 'ConfigureTeam', at, by, self: 'returns', settings: asked });

  it('is set up as it is said, and once', () => {
    const asked: TeamSettingsDto = { strategy: 'balanced', members: [by] };
    expect(decide(asked)).toMatchObject({ events: [{ type: 'team.configured', data: { by, settings: asked } }] });
    expect(decide({ members: [by], strategy: 'balanced' }, asked)).toEqual({ accepted: true, events: [] });
  });

  it('neither overflows into itself nor names anybody twice', () => {
    const strategy = 'balanced';
    const into = (...teams: readonly string[]) => teams.map((each) => ({ team: each, afterSeconds: 60 }));
    expect(decide({ strategy, overflow: into('returns') })).toMatchObject({ reason: 'overflows-into-itself' });
    expect(decide({ strategy, overflow: into('a', 'a') })).toMatchObject({ reason: 'listed-twice' });
    expect(decide({ strategy, members: [by, by] })).toMatchObject({ reason: 'listed-twice' });
  });
});
