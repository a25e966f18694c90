import type { Position, RecordedEvent } from '#kernel';
import type { ReadFromStore, ReplayOptions } from './event-store.port.js';

/** Pages of 5,000 take twice the client's time for an event: they outlive the collector's young generation. */
const DEFAULT_BATCH_SIZE = 1_000;

/**
 * The log from a position up to its head, page by page. While a page is worked on, the next one is already on its way.
 * Ends at the head as it is when it gets there.
 */
export async function* replayLog(
  store: Pick<ReadFromStore, 'readAll'>,
  after: Position,
  { batchSize = DEFAULT_BATCH_SIZE }: ReplayOptions = {},
): AsyncGenerator<readonly RecordedEvent[]> {
  let coming = store.readAll(after, batchSize);
  for (;;) {
    const { events, full } = await coming;
    const last = events.at(-1);
    if (!last) return;
    if (full) {
      coming = store.readAll(last.position, batchSize);
      // Awaited in the next round; should the consumer stop before, nobody is left to hear of a failure.
      coming.catch(() => undefined);
    }
    yield events;
    if (!full) return;
  }
}
