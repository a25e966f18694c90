import { type Page } from '../paging.js';
import { type AgentSettingsDto } from './agent-settings.dto.js';
import { type Availability } from './agent-words.js';
import { type TeamSettingsDto } from './team-settings.dto.js';

export interface TeamView {
  /** The organisation's own word for it. */
  readonly id: string;
  readonly settings: TeamSettingsDto;
  /** Of its stream: the `ETag`. */
  readonly version: string;
}

export interface AgentView {
  /** Kind and id, `user:0198…`. */
  readonly id: string;
  /** `null` where nobody said what they can do: nothing is given to them. */
  readonly settings: AgentSettingsDto | null;
  readonly availability: Availability;
  /** Since when; `null` where they never said. */
  readonly availableSince: string | null;
  /** Of its stream: the `ETag`. */
  readonly version: string;
}

export type TeamPage = Page<TeamView>;
export type AgentPage = Page<AgentView>;

/** What became of a command on a team or an agent. */
export interface AgentCommandView {
  readonly id: string;
  readonly version: string;
  /** Decimal digits; pass it as `minPosition` to see it. */
  readonly position: string;
}
