import { type ConversationChangeView, type ConversationEvent } from '#contracts';

/** As many as a person reads before reading the conversation itself. */
const MOST_CHANGES = 20;

/**
 * Who did what after a version, newest first: what somebody is told whose command came too late. Of many the newest, and in any case
 * how it came to whoever has it now.
 */
export function changesSince(events: readonly ConversationEvent[], version: number): readonly ConversationChangeView[] {
  const all = events.filter((event) => event.version > version);
  const newest = all.slice(-MOST_CHANGES);
  const assignment = all.findLast(isAssignment);
  const told = assignment && !newest.includes(assignment) ? [assignment, ...newest.slice(1)] : newest;
  return told.reverse().map(toChange);
}

/** The last version at which it was nobody's, or somebody else's: what whoever wants to take it has not seen. */
export const versionBeforeAssignment = (events: readonly ConversationEvent[]): number =>
  (events.findLast(isAssignment)?.version ?? events.length) - 1;

const isAssignment = (event: ConversationEvent): boolean => event.type === 'conversation.assigned';

const toChange = (event: ConversationEvent): ConversationChangeView => ({
  version: String(event.version),
  type: event.type,
  by: 'by' in event.data && event.data.by !== undefined ? event.data.by : null,
  at: new Date(event.occurredAt).toISOString(),
  ...(event.type === 'conversation.assigned' && { agent: event.data.agent ?? null }),
});
