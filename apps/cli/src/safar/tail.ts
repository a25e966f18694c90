import { entriesOfEvents, type OpenTimeline } from '#capabilities';
import { type Channel, type TimelineCategory, type TimelineEntryView } from '#contracts';
import { type Position } from '#kernel';
import { type ReadFromStore } from '#platform/event-store';

export interface TailPorts {
  readonly store: ReadFromStore;
  readonly openTimeline: OpenTimeline;
}

export interface TailRequest {
  readonly after: Position | 'now';
  /** Without it, both. */
  readonly category?: TimelineCategory;
  /** Empty: all. */
  readonly kinds: readonly string[];
  readonly channels: readonly Channel[];
}

/** Events read at a time. */
const PAGE = 500;
/** A hint that something was appended may be lost; then it is noticed after this. */
const POLL_INTERVAL_MS = 1_000;

/** What happened with customers, in the order of the log, from a position on and as they come, until the signal. */
export async function* tail(
  { store, openTimeline }: TailPorts,
  { after, category: wantedCategory, kinds, channels }: TailRequest,
  signal: AbortSignal,
): AsyncGenerator<TimelineEntryView> {
  let position = after === 'now' ? await store.head() : after;
  const isWanted = ({ category, kind, channel }: TimelineEntryView): boolean =>
    (wantedCategory === undefined || category === wantedCategory) &&
    (kinds.length === 0 || kinds.includes(kind) || (kinds.includes('custom') && kind.startsWith('custom:'))) &&
    (channels.length === 0 || channels.some((wanted) => wanted === channel));
  while (!signal.aborted) {
    const { events } = await store.readAll(position, PAGE);
    for (const entry of await entriesOfEvents(openTimeline, events)) if (isWanted(entry)) yield entry;
    position = events.at(-1)?.position ?? position;
    if (events.length === 0) await hint(store, signal);
  }
}

/** Until something may have been appended, or a while has passed. */
function hint(store: ReadFromStore, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, POLL_INTERVAL_MS);
    const stopListening = store.onAppended(wake);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
  });
}
