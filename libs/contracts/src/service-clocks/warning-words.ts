/** Who can be warned: a person, or everybody who looks at a team's queue. */
export const RECIPIENT = '^(user:[A-Za-z0-9._@-]{1,128}|team:[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._:/-]{0,63})$';
export const MAX_RECIPIENTS = 20;
/** Of one policy; each is a timer of every clock that it measures. */
export const MAX_WARNINGS = 5;
