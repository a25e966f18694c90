import type { Position, RecordedEvent } from '#kernel';
import { type DecodeEvents, decodePage, type EventPage, type EventSource, type NewerEvent } from '#platform/consumers';
import { type RunnableReaction } from './execute-command.js';
import { type ReactionPage } from './react-page.js';

interface ReadPage {
  readonly page: ReactionPage;
  readonly newer?: NewerEvent;
  readonly full: boolean;
}

interface Stretch {
  readonly after: Position;
  /** Most events. */
  readonly limit: number;
  /** Up to here nothing is dispatched. */
  readonly effectsFrom: Position;
}

/** The next stretch of the log, as a reaction takes it: what it handles, by key. */
export async function readPage(
  { source, decode }: { readonly source: EventSource; readonly decode: DecodeEvents },
  { reaction }: RunnableReaction,
  { after, limit, effectsFrom }: Stretch,
): Promise<ReadPage> {
  const read = upTo(await source.read(after, limit), after, effectsFrom);
  const all = { lane: 0, lanes: 1, discarded: new Set<Position>() };
  const { page, newer } = await decodePage(read, after, all, (events) => decode(events, 'sealed'));
  const handled = page.events.filter(({ type }) => Object.hasOwn(reaction.when, type));
  const events = new Map<string, RecordedEvent[]>();
  for (const event of handled) {
    const key = keyOf(reaction, event);
    if (key !== undefined) events.set(key, [...(events.get(key) ?? []), event]);
  }
  return {
    page: {
      ...{ upTo: page.upTo, condemned: page.condemned, readAfter: page.readAfter, events, read: page.events.length },
      firstTime: page.events[0]?.recordedAt,
      time: page.events.at(-1)?.recordedAt,
      suppressed: page.upTo <= effectsFrom,
    },
    full: read.full,
    ...(newer ? { newer } : {}),
  };
}

/** Not beyond the position from which on commands come: a page has them all, or none. */
function upTo(page: EventPage, after: Position, effectsFrom: Position): EventPage {
  if (after >= effectsFrom || page.upTo <= effectsFrom) return page;
  const events = page.events.filter(({ position }) => position <= effectsFrom);
  return { events, upTo: effectsFrom, full: true };
}

const MAX_KEY_CHARACTERS = 300;

/** An event whose key cannot be told fails, under the key that keeps it in order. */
function keyOf(reaction: RunnableReaction['reaction'], event: RecordedEvent): string | undefined {
  try {
    const key = reaction.key(event);
    return key === undefined || (key.length <= MAX_KEY_CHARACTERS && !key.includes('\u0000')) ? key : event.key;
  } catch {
    return event.key;
  }
}
