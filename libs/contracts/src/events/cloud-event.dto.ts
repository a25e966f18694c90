import { Public } from './fields/field-class.js';
import { AnyObject, Optional } from './fields/structure.js';
import { Instant, OneOf, Pattern, Reference } from './fields/text.js';

export const SPEC_VERSION = '1.0';
export const CONTENT_TYPE = 'application/json';
/** A path, or the same path below the address of an installation. */
const SCHEMA = '^(https?://[^\\s]+)?/v1/schemas/[a-z_]+([.][a-z_]+)*/[1-9][0-9]{0,8}$';
const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/**
 * An event of the store as CloudEvents 1.0 in JSON format. Names of extensions have lower-case letters and digits only, at most
 * 20 of them. Version and position are text: CloudEvents integers end at 2^31.
 */
export class CloudEventDto {
  @Public()
  @OneOf([SPEC_VERSION])
  specversion!: string;

  @Public()
  @Pattern(UUID, 36)
  id!: string;

  /** A URI reference. */
  @Public()
  @Pattern('^[^\\s\\p{Cc}\\p{Cf}]+$', 256)
  source!: string;

  @Public()
  @Pattern('^[a-z_]+([.][a-z_]+)*$', 128)
  type!: string;

  /** The event's key: a persona id, or a stream where there is no persona. */
  @Public()
  @Reference(200)
  subject!: string;

  /** When it happened. */
  @Public()
  @Instant()
  time!: string;

  @Public()
  @OneOf([CONTENT_TYPE])
  datacontenttype!: string;

  @Public()
  @Pattern(SCHEMA, 512)
  dataschema!: string;

  @Public()
  @Reference(200)
  stream!: string;

  @Public()
  @Pattern('^[1-9][0-9]*$', 16)
  streamversion!: string;

  @Public()
  @Pattern('^[1-9][0-9]*$', 19)
  position!: string;

  /** When it was committed. */
  @Public()
  @Instant()
  recordedat!: string;

  @Public()
  @Reference(256)
  correlationid!: string;

  @Public()
  @Reference(256)
  causationid!: string;

  /** W3C Trace Context, as the extension for distributed tracing has it. */
  @Optional()
  @Public()
  @Pattern('^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[\\x21-\\x7e]*)?$', 128)
  traceparent?: string;

  @Optional()
  @Public()
  @Pattern('^[\\x20-\\x7e]+$', 512)
  tracestate?: string;

  @Public()
  @AnyObject()
  data!: unknown;
}
