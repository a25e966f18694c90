import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, Nested, Optional } from '../events/fields/structure.js';
import { Codes, OneOf } from '../events/fields/text.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { type Availability, availabilities, MAX_CAPACITY, MAX_LANGUAGES, MAX_RATE, MAX_SKILLS } from './agent-words.js';

/** How much somebody may have at once on a channel, in weights; without a channel, on each that is not named. */
export class AgentCapacityDto {
  @Public()
  @Optional()
  @OneOf(channels)
  channel?: Channel;

  @Public()
  @Whole(0, MAX_CAPACITY)
  limit!: number;
}

/** At most so many conversations are given to somebody within so many seconds. */
export class AgentRateDto {
  @Public()
  @Whole(1, MAX_RATE)
  conversations!: number;

  @Public()
  @Whole(1, 86_400)
  seconds!: number;
}

/** What somebody can do, and how much of it at once. */
export class AgentSettingsDto {
  @Public()
  @Optional()
  @Codes(MAX_SKILLS)
  skills?: string[];

  @Public()
  @Optional()
  @Codes(MAX_LANGUAGES)
  languages?: string[];

  @Public()
  @List(AgentCapacityDto, channels.length + 1)
  capacity!: AgentCapacityDto[];

  @Public()
  @Optional()
  @Nested(AgentRateDto)
  rate?: AgentRateDto;
}

export class AvailabilityDto {
  @Public()
  @OneOf(availabilities)
  availability!: Availability;
}
