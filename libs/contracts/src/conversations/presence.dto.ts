import { Public } from '../events/fields/field-class.js';
import { OneOf } from '../events/fields/text.js';
import { type PresenceState, presenceStates } from './presence-view.js';

/** `PUT /v1/conversations/{id}/presence` */
export class PresenceDto {
  @Public()
  @OneOf(presenceStates)
  state!: PresenceState;
}
