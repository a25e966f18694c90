import { type AgentSettingsDto, type Availability, type OneAgentEvent } from '#contracts';
import { accept, canonicalJson, type Decider, type EpochMs, refuse } from '#kernel';

export interface Agent {
  readonly settings: AgentSettingsDto | null;
  readonly availability: Availability;
}

interface Asked {
  readonly at: EpochMs;
  readonly by: string;
}

export type AgentCommand = Asked &
  (
    | { readonly type: 'ConfigureAgent'; readonly settings: AgentSettingsDto }
    | { readonly type: 'ChangeAvailability'; readonly availability: Availability }
  );

type FactOf<Event> = Event extends { readonly type: infer Type; readonly data: infer Data }
  ? { readonly type: Type; readonly at: EpochMs; readonly data: Data }
  : never;

export type AgentFact = FactOf<OneAgentEvent>;
/** Two limits for one channel. */
export type AgentRefusal = 'listed-twice';

/** Somebody who has conversations: what they can do, how much of it at once, and whether they are there. */
export const agent: Decider<Agent, AgentCommand, AgentFact, AgentRefusal> = {
  // Whoever never said that they are there is not.
  initial: { settings: null, availability: 'offline' },
  decide(state, command) {
    const { at, by } = command;
    switch (command.type) {
      case 'ConfigureAgent': {
        const { settings } = command;
        const named = settings.capacity.map(({ channel }) => channel ?? '');
        if (new Set(named).size < named.length) return refuse('listed-twice');
        if (state.settings !== null && canonicalJson(state.settings) === canonicalJson(settings)) return accept();
        return accept({ type: 'agent.configured', at, data: { by, settings } });
      }
      case 'ChangeAvailability': {
        const { availability } = command;
        if (availability === state.availability) return accept();
        return accept({ type: 'agent.availability_changed', at, data: { by, availability } });
      }
    }
  },
  evolve(state, fact) {
    switch (fact.type) {
      case 'agent.configured':
        return { ...state, settings: fact.data.settings };
      case 'agent.availability_changed':
        return { ...state, availability: fact.data.availability };
    }
  },
};
