import { Public } from './fields/field-class.js';
import { OneOf } from './fields/text.js';
import { type PersonaErasedData } from '../customers/customer-events.js';

const reasons: readonly PersonaErasedData['reason'][] = ['customer_request', 'retention', 'other'];

/** `PersonaErasedData` with its field class. */
export class PersonaErasedDto {
  @Public()
  @OneOf(reasons)
  reason!: PersonaErasedData['reason'];
}
