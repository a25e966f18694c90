import { type AgentRefusal, type TeamRefusal } from '#capabilities';
import { type CommandFailure, type Named } from './failures.js';

/** Why nothing was done to a team or an agent. */
export type AgentFailure =
  | CommandFailure
  | { readonly code: 'team_not_found' }
  /** Nobody can have conversations by this, or nothing is known of them. */
  | { readonly code: 'agent_not_found' }
  | {
      readonly code: 'team_refused';
      readonly reason: TeamRefusal | 'unknown-agent' | 'unknown-team';
      /** The member, or the team to overflow into, that nobody has set up. */
      readonly unknown?: Named;
    }
  | { readonly code: 'agent_refused'; readonly reason: AgentRefusal };
