import { Personal, Public } from '../events/fields/field-class.js';
import { AnyObject, List, Nested, Optional } from '../events/fields/structure.js';
import { HasPattern, OneOf, Pattern, Reference } from '../events/fields/text.js';
import { IdentifierDto, MAX_IDENTIFIERS } from './identifier.dto.js';
import { ProfileDto } from './profile.dto.js';
import { KIND, SOURCE } from './touchpoint.dto.js';
import { type Channel, channels, type TextDirection, textDirections } from './touchpoint-event.js';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

class PersonaRefDto {
  @Public()
  @Pattern(UUID, 36)
  id!: string;

  @Public()
  @Pattern('^[a-z][a-z0-9_]*$', 40)
  kind!: string;
}

/** `TouchpointData` with its field classes: what decides which members of a touchpoint's event are sealed. */
export class TouchpointDataDto {
  @Public()
  @HasPattern(KIND, 'unknown_kind')
  kind!: string;

  @Public()
  @OneOf([...channels, null])
  channel!: Channel | null;

  @Public()
  @Pattern(SOURCE, 64)
  source!: string;

  @Public()
  @List(PersonaRefDto, MAX_IDENTIFIERS)
  personas!: PersonaRefDto[];

  @Personal()
  @Optional()
  @Reference()
  touchpointId?: string;

  @Personal()
  @Optional()
  @List(IdentifierDto, MAX_IDENTIFIERS)
  identifiers?: IdentifierDto[];

  @Public()
  @Optional()
  @OneOf(textDirections)
  direction?: TextDirection;

  @Public()
  @Optional()
  @Nested(ProfileDto)
  profile?: ProfileDto;

  /** What the kind's own DTO says. */
  @Public()
  @AnyObject()
  details!: object;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern('^[A-Za-z0-9_-]+$', 200_000)
  sealed?: string;
}
