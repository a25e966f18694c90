import type { RecordedEvent } from '#kernel';
import { type AgentConfiguredDto, type AvailabilityChangedDto, type TeamConfiguredDto } from './agent-events.dto.js';

export interface AgentData {
  readonly 'agent.availability_changed': AvailabilityChangedDto;
  readonly 'agent.configured': AgentConfiguredDto;
  readonly 'team.configured': TeamConfiguredDto;
}

export type AgentEventType = keyof AgentData;

/** As the store has it. Its key is its stream: `team-<code>`, or `agent-<kind>:<id>`. */
export type AgentEvent = { [T in AgentEventType]: RecordedEvent<T, Readonly<AgentData[T]>> }[AgentEventType];
export type TeamEvent = Extract<AgentEvent, { readonly type: `team.${string}` }>;
export type OneAgentEvent = Extract<AgentEvent, { readonly type: `agent.${string}` }>;

const TEAM = 'team-';
const AGENT_STREAM = 'agent-';
export const teamStream = (teamId: string): string => `${TEAM}${teamId}`;
export const teamIdOf = (stream: string): string => stream.slice(TEAM.length);
export const agentStream = (agent: string): string => `${AGENT_STREAM}${agent}`;
export const agentIdOf = (stream: string): string => stream.slice(AGENT_STREAM.length);
