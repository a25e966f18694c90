import { type TeamEvent, type TeamSettingsDto } from '#contracts';
import { accept, canonicalJson, type Decider, type EpochMs, refuse } from '#kernel';

export interface Team {
  readonly settings: TeamSettingsDto | null;
}

export interface ConfigureTeam {
  readonly type: 'ConfigureTeam';
  readonly at: EpochMs;
  readonly by: string;
  readonly self: string;
  readonly settings: TeamSettingsDto;
}

type FactOf<Event> = Event extends { readonly type: infer Type; readonly data: infer Data }
  ? { readonly type: Type; readonly at: EpochMs; readonly data: Data }
  : never;

export type TeamFact = FactOf<TeamEvent>;
export type TeamRefusal =
  /** Its conversations would wait for its own members once more. */
  | 'overflows-into-itself'
  /** The same agent, or the same team to overflow into. */
  | 'listed-twice';

/** A team: who is in it, and how its conversations find their agents. */
export const team: Decider<Team, ConfigureTeam, TeamFact, TeamRefusal> = {
  initial: { settings: null },
  decide(state, { at, by, self, settings }) {
    const { members = [], overflow = [] } = settings;
    if (overflow.some(({ team: other }) => other === self)) return refuse('overflows-into-itself');
    if (hasTwice(members) || hasTwice(overflow.map(({ team: other }) => other))) return refuse('listed-twice');
    if (state.settings !== null && canonicalJson(state.settings) === canonicalJson(settings)) return accept();
    return accept({ type: 'team.configured', at, data: { by, settings } });
  },
  evolve: (_state, { data: { settings } }) => ({ settings }),
};

const hasTwice = (names: readonly string[]): boolean => new Set(names).size < names.length;
