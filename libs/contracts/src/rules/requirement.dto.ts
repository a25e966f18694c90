import { ACTOR, MAX_TAGS, type Priority, priorities } from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { List, ListOf, Nested, Optional } from '../events/fields/structure.js';
import { Code, Codes, Pattern } from '../events/fields/text.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { type RequiredThing, requiredThings } from './requirement-words.js';

const MAX_REQUIREMENTS = 50;
const MAX_VALUES = 50;

/** Each that is named must have one of its values; none named matches every conversation. */
export class RequirementMatchDto {
  @Public()
  @Optional()
  @ListOf(channels)
  channel?: Channel[];

  @Public()
  @Optional()
  @ListOf(priorities)
  priority?: Priority[];

  @Public()
  @Optional()
  @Codes(MAX_VALUES)
  team?: string[];

  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  tags?: string[];
}

/** What a conversation must have before it is resolved. */
export class RequirementDto {
  /** The organisation's own word for it. */
  @Public()
  @Code()
  id!: string;

  @Public()
  @Optional()
  @Nested(RequirementMatchDto)
  when?: RequirementMatchDto;

  /** `agent`, `team`: that it has one; `tag`: any, or one of `oneOfTags`; `root_cause`: of each complaint that was made in it. */
  @Public()
  @ListOf(requiredThings)
  needs!: RequiredThing[];

  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  oneOfTags?: string[];
}

export class RequirementsDto {
  @Public()
  @List(RequirementDto, MAX_REQUIREMENTS, 0)
  requirements!: RequirementDto[];
}

/** The whole list was set anew; it holds for what is resolved from now on. */
export class RequirementsSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @List(RequirementDto, MAX_REQUIREMENTS, 0)
  requirements!: RequirementDto[];
}
