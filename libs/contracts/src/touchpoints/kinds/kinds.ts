import { type TouchpointKind } from '../touchpoint-event.js';
import { call } from './call.dto.js';
import { cartAbandoned } from './cart-abandoned.dto.js';
import { complaint } from './complaint.dto.js';
import { consent } from './consent.dto.js';
import { custom } from './custom.js';
import { firstContact } from './first-contact.dto.js';
import { followUp } from './follow-up.dto.js';
import { type Kind } from './kind.js';
import { loyalty } from './loyalty.dto.js';
import { mention } from './mention.dto.js';
import { message } from './message.dto.js';
import { promised } from './promise.dto.js';
import { purchase } from './purchase.dto.js';
import { returned } from './return.dto.js';
import { review } from './review.dto.js';
import { service } from './service.dto.js';
import { subscription } from './subscription.dto.js';
import { surveyAnswer } from './survey-answer.dto.js';
import { visit } from './visit.dto.js';

/** Every kind of touchpoint. */
export const kinds: { readonly [K in TouchpointKind]: Kind } = {
  first_contact: firstContact,
  visit,
  message,
  call,
  purchase,
  return: returned,
  cart_abandoned: cartAbandoned,
  complaint,
  follow_up: followUp,
  survey_answer: surveyAnswer,
  review,
  mention,
  promise: promised,
  service,
  loyalty,
  subscription,
  consent,
  custom,
};
