import { type AgentRefusal, type TeamRefusal } from '#capabilities';
import { type CommandFailure } from './failures.js';

/** Why nothing was done to a team or an agent. */
export type AgentFailure =
  | CommandFailure
  | { readonly code: 'team_not_found' }
  /** Nobody can have conversations by this, or nothing is known of them. */
  | { readonly code: 'agent_not_found' }
  | { readonly code: 'team_refused'; readonly reason: TeamRefusal | 'unknown-agent' }
  | { readonly code: 'agent_refused'; readonly reason: AgentRefusal };
