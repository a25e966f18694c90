import { type ComplaintRefusal, type RootCausesRefusal } from '#capabilities';
import { type CommandFailure } from './failures.js';

/** Why nothing was done to a complaint, or to the list of root causes. */
export type ComplaintFailure =
  | CommandFailure
  | { readonly code: 'complaint_not_found' }
  | { readonly code: 'conversation_not_found' }
  | {
      readonly code: 'complaint_refused';
      /** `unknown-root-cause`: not in the list, or retired. */
      readonly reason: ComplaintRefusal | 'unknown-root-cause';
    }
  | {
      readonly code: 'complaint_refused';
      readonly reason: 'made-by-touchpoint';
      /** The one that there is. */
      readonly complaint: string;
    }
  | { readonly code: 'root_causes_refused'; readonly reason: RootCausesRefusal };
