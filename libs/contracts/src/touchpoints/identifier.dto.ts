import { Personal, Public } from '../events/fields/field-class.js';
import { Pattern, Reference } from '../events/fields/text.js';

/** Long enough for any e-mail address (254, RFC 5321) and any device id seen. */
export const MAX_IDENTIFIER = 256;
export const MAX_IDENTIFIERS = 10;

export class IdentifierDto {
  /** `customer_number`, `email`, `phone`, or another word in snake_case. */
  @Public()
  @Pattern('^[a-z][a-z0-9_]*$', 40)
  kind!: string;

  @Personal()
  @Reference(MAX_IDENTIFIER)
  value!: string;
}
