import { agentIdOf, type AgentSettingsDto, type Availability, type OneAgentEvent } from '#contracts';
import { type Projection } from '#kernel';

export type AgentRow = {
  readonly agent_id: string;
  readonly stream: string;
  readonly settings: AgentSettingsDto | null;
  readonly availability: Availability;
  readonly available_since: number | null;
  /** Of the stream, and where its last event stands. */
  readonly version: number;
  readonly last_position: bigint;
};

const row = (before: AgentRow | undefined, { stream, version, position }: OneAgentEvent): AgentRow => ({
  agent_id: agentIdOf(stream),
  stream,
  settings: before?.settings ?? null,
  availability: before?.availability ?? 'offline',
  available_since: before?.available_since ?? null,
  version,
  last_position: position,
});

/**
 * Agents: what they can do and whether they are there. Commands are decided by it as well, at the version that it has: people come and
 * go every day, so that the events of years would have to be folded each time.
 */
export const agents: Projection<AgentRow, OneAgentEvent> = {
  name: 'agents',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      agent_id: { type: 'text' },
      stream: { type: 'text' },
      settings: { type: 'json', nullable: true },
      availability: { type: 'text' },
      available_since: { type: 'timestamp', nullable: true },
      version: { type: 'integer' },
      last_position: { type: 'bigint' },
    },
    primaryKey: ['agent_id'],
    owner: 'stream',
  },
  keys: ({ stream }) => [[agentIdOf(stream)]],
  when: {
    'agent.configured': (before, event) => ({ ...row(before, event), settings: event.data.settings }),
    'agent.availability_changed': (before, event) => ({
      ...row(before, event),
      availability: event.data.availability,
      available_since: event.occurredAt,
    }),
  },
};
