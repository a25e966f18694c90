import type { Position, Projection, RecordedEvent } from '#kernel';
import { type DecodeEvents, type EventSource, ReadAhead } from '#platform/consumers';

export interface StreamOptions {
  readonly after: Position;
  /** The last position to give. */
  readonly upTo: Position;
  readonly reads: Projection['reads'];
  /** What to decode and give; decided on the event as it was read. */
  readonly only?: (event: RecordedEvent) => boolean;
}

const PAGE = 2000;

/** A stretch of the log, decoded, page by page with the next page read ahead. */
export async function* eventStream(
  source: EventSource,
  decode: DecodeEvents,
  { after, upTo, reads, only }: StreamOptions,
): AsyncGenerator<readonly RecordedEvent[]> {
  const pages = new ReadAhead(source);
  let position = after;
  while (position < upTo) {
    const page = await pages.read(position, PAGE);
    const wanted = page.events.filter((event) => event.position <= upTo && (!only || only(event)));
    if (wanted.length > 0) yield await decode(wanted, reads);
    if (page.upTo === position) return;
    position = page.upTo;
  }
}
