import { ACTOR } from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Nested, Optional } from '../events/fields/structure.js';
import { OneOf, Pattern } from '../events/fields/text.js';
import { AgentSettingsDto } from './agent-settings.dto.js';
import { type Availability, availabilities, type EndReason, endReasons } from './agent-words.js';
import { TeamSettingsDto } from './team-settings.dto.js';

/** A team is set up so from now on; all of it, so that no event before it has to be known. */
export class TeamConfiguredDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Nested(TeamSettingsDto)
  settings!: TeamSettingsDto;
}

/** Likewise an agent. */
export class AgentConfiguredDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Nested(AgentSettingsDto)
  settings!: AgentSettingsDto;
}

export class AvailabilityChangedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @OneOf(availabilities)
  availability!: Availability;

  /** They did not go by themselves: their account or key has ended. */
  @Public()
  @Optional()
  @OneOf(endReasons)
  reason?: EndReason;
}
