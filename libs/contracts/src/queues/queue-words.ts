/** Views that everybody has, whatever else they save for themselves. */
export const queueViews = [
  'all',
  'mine',
  'unassigned',
  'at_risk',
  'breached',
  'promised_today',
  'snoozed',
  'mentions',
  'warned',
] as const;
export type QueueView = (typeof queueViews)[number];

/** Who has to do something next; `nobody` while it is put aside. */
export const turns = ['ours', 'customer', 'third_party', 'nobody'] as const;
export type Turn = (typeof turns)[number];

/** A due time that is nearer than this is at risk, unless told otherwise. */
export const AT_RISK_SECONDS = 3_600;
export const MAX_AT_RISK_SECONDS = 7 * 86_400;

/** A view is counted up to here: counting further would cost as much as the queue is long. */
export const MAX_COUNT = 1_000;
