/** What macros and rules can do to a conversation. */
export const actionTypes = ['assign', 'transfer', 'prioritise', 'tag', 'status', 'snooze', 'reply', 'note'] as const;
export type ActionType = (typeof actionTypes)[number];
