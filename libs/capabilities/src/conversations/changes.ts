import { type ConversationChangeView, type ConversationEvent } from '#contracts';

/** As many as a person reads before reading the conversation itself. */
const MOST_CHANGES = 20;

/** Who did what after a version, newest first: what somebody is told whose command came too late. */
export const changesSince = (
  events: readonly ConversationEvent[],
  version: number,
): readonly ConversationChangeView[] =>
  events
    .filter((event) => event.version > version)
    .slice(-MOST_CHANGES)
    .reverse()
    .map(({ version: at, type, data, occurredAt }) => ({
      version: String(at),
      type,
      by: 'by' in data && data.by !== undefined ? data.by : null,
      at: new Date(occurredAt).toISOString(),
    }));
