import { type remedies } from '../touchpoints/kinds/complaint.dto.js';

export { remedies, severities } from '../touchpoints/kinds/complaint.dto.js';
export type Remedy = (typeof remedies)[number];

/** How far a complaint has come, in the order of the operations clause of ISO 10002:2018. */
export const complaintStages = [
  'received',
  'acknowledged',
  'assessed',
  'investigated',
  'responded',
  'decided',
  'closed',
] as const;
export type ComplaintStage = (typeof complaintStages)[number];

export const complexities = ['simple', 'ordinary', 'complex'] as const;
/** Whom it concerns, or may. */
export const impacts = ['one_customer', 'several_customers', 'many_customers'] as const;
export const complaintOutcomes = ['upheld', 'partly_upheld', 'not_upheld'] as const;
export type ComplaintOutcome = (typeof complaintOutcomes)[number];
/** `accepted`: the customer is content. `final_decision`: it was the last word, whatever they think of it. */
export const closings = ['accepted', 'final_decision'] as const;

export const MAX_ROOT_CAUSES = 200;
/** `C-4F7K-92QX-0B1M`: Crockford's base 32, which has no letters that look like digits. */
export const REFERENCE = '^C-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$';
