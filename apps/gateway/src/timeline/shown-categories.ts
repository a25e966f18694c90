import {
  isTimelineDecisionType,
  may,
  type Permission,
  type TimelineCategory,
  type TimelineParameters,
} from '#contracts';
import { type Principal } from '#wiring';
import { forbidden } from '../access/authenticator.js';

/** Where a timeline's decisions were made: what somebody may not read there, their timeline does not show either. */
const permissions: readonly Permission[] = [
  { action: 'read', subject: 'Conversation' },
  { action: 'read', subject: 'Complaint' },
];

const missing = (principal: Principal): Permission | undefined =>
  permissions.find((permission) => !may(principal, permission));

/** What of timelines somebody is shown: everything, or what was reported. */
export const shownTo = (principal: Principal): { readonly category?: TimelineCategory } =>
  missing(principal) === undefined ? {} : { category: 'touchpoint' };

/** @throws ProblemError `forbidden` where somebody asks for decisions who may not read them */
export function asShownTo(principal: Principal, parameters: TimelineParameters): TimelineParameters {
  const permission = missing(principal);
  if (permission === undefined) return parameters;
  const { category, kinds = [] } = parameters;
  if (category === 'decision' || kinds.some(isTimelineDecisionType)) throw forbidden(principal, permission);
  return { ...parameters, category: 'touchpoint' };
}
