import { type DtoClass } from '../../events/fields/dto-class.js';
import { type TouchpointKind } from '../touchpoint-event.js';

export type Language = 'en' | 'fa';

/** A kind of touchpoint: its version, the DTO of what the kind's own part holds, and an example in each language. */
export interface Kind<Details extends object = object> {
  readonly kind: TouchpointKind;
  /** Of the schema; becomes the `schemaVersion` of its events. */
  readonly version: number;
  /** `free`: any JSON object, personal as a whole. */
  readonly details: DtoClass<Details> | 'free';
  readonly examples: Readonly<Record<Language, Details>>;
}
