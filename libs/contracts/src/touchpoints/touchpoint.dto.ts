import { Personal, Public } from '../events/fields/field-class.js';
import { AnyObject, List, Nested, Optional } from '../events/fields/structure.js';
import { HasPattern, Instant, OneOf, Pattern, Reference } from '../events/fields/text.js';
import { IdentifierDto, MAX_IDENTIFIERS } from './identifier.dto.js';
import { ProfileDto } from './profile.dto.js';
import { type Channel, channels, touchpointKinds } from './touchpoint-event.js';

const CUSTOM = 'custom:[a-z][a-z0-9_]{0,49}';
export const KIND = `^(${touchpointKinds.filter((kind) => kind !== 'custom').join('|')}|${CUSTOM})$`;
/** ASCII, so that it stands in a URI as it is; no `@`, so that nobody uses an e-mail address. */
export const SOURCE = '^[A-Za-z0-9][A-Za-z0-9._-]*$';

/** Something that happened between the organisation and a customer, as it is reported from outside. */
export class TouchpointDto {
  /** The caller's id: (source, id) is stored once, for ever. */
  @Personal()
  @Reference()
  id!: string;

  /** Which of the organisation's systems reports it, for example `web-shop`. */
  @Public()
  @Pattern(SOURCE, 64)
  source!: string;

  /** One of the kinds, or `custom:<name>`. */
  @Public()
  @HasPattern(KIND, 'unknown_kind')
  kind!: string;

  @Public()
  @Optional()
  @OneOf(channels)
  channel?: Channel;

  @Public()
  @Instant()
  occurredAt!: string;

  /** The first one's timeline is the one that the touchpoint belongs to. */
  @Personal()
  @List(IdentifierDto, MAX_IDENTIFIERS)
  identifiers!: IdentifierDto[];

  @Public()
  @Optional()
  @Nested(ProfileDto)
  profile?: ProfileDto;

  /** What the kind's own DTO says. */
  @Public()
  @AnyObject()
  data!: Readonly<Record<string, unknown>>;
}
