import { Country } from '../events/fields/codes.js';
import { Personal, Public } from '../events/fields/field-class.js';
import { Optional } from '../events/fields/structure.js';
import { Line, OneOf, Pattern } from '../events/fields/text.js';

export const customerKinds = ['individual', 'business', 'government', 'institutional'] as const;
export type CustomerKind = (typeof customerKinds)[number];

/** What a touchpoint tells of the customer; later ones override earlier ones. */
export class ProfileDto {
  @Personal()
  @Optional()
  @Line()
  name?: string;

  @Public()
  @Optional()
  @OneOf(customerKinds)
  customerKind?: CustomerKind;

  /** BCP 47, for example `fa` or `en-GB`. */
  @Public()
  @Optional()
  @Pattern('^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', 35)
  language?: string;

  @Public()
  @Optional()
  @Country()
  country?: string;

  @Personal()
  @Optional()
  @Line()
  city?: string;
}
