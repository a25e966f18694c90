/** What a conversation can be asked to have before it is resolved. */
export const requiredThings = ['agent', 'team', 'tag', 'root_cause'] as const;
export type RequiredThing = (typeof requiredThings)[number];
