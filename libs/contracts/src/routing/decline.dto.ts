import { Public } from '../events/fields/field-class.js';
import { OneOf } from '../events/fields/text.js';
import { type DeclineReason, declineReasons } from './routing-words.js';

/** Somebody does not take what they are asked to take. */
export class DeclineDto {
  @Public()
  @OneOf(declineReasons)
  reason!: DeclineReason;
}
