import type { Position, RecordedEvent } from '#kernel';
import type { EventStore } from '#platform/event-store';
import type { EventPage, EventSource } from './event-source.port.js';

/**
 * Most pages kept. Lanes of one projection, and projections that are rebuilt together, walk the log at nearly the same pace:
 * each page is then read once for all of them.
 */
const MAX_PAGES = 8;

/** What is needed of the store. */
export type SubscribableStore = Pick<EventStore, 'epoch' | 'readAll' | 'head' | 'positionAt' | 'onAppended'>;

/** The store's own subscription as the source of projections. Reads the next page while the last one is being applied. */
export function storeSubscription(store: SubscribableStore): EventSource {
  const pages = new FullPages(store);
  return {
    epoch: store.epoch,
    read: (after, limit) => pages.read(after, limit),
    head: () => store.head(),
    positionAt: (time) => store.positionAt(time),
    // The store's positions have no holes.
    distance: (after, upTo) => (upTo > after ? Number(upTo - after) : 0),
    onMoved: (listener) => store.onAppended(listener),
  };
}

/**
 * A full page never changes, so it may be shared and read ahead. A page that ends at the head is out of date as soon as
 * something is appended, so it is never kept: whoever was woken by that append would go back to sleep over the old page.
 */
class FullPages {
  readonly #pages = new Map<string, Promise<readonly RecordedEvent[]>>();

  constructor(private readonly store: SubscribableStore) {}

  async read(after: Position, limit: number): Promise<EventPage> {
    const shared = await this.#pages.get(keyOf(after, limit));
    const events = shared?.length === limit ? shared : await this.#fetch(after, limit);
    const last = events.at(-1);
    const full = events.length === limit;
    if (full && last) this.#readAhead(last.position, limit);
    return { events, upTo: last?.position ?? after, full };
  }

  #fetch(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const key = keyOf(after, limit);
    const reading = this.store.readAll(after, limit);
    this.#keep(key, reading);
    reading.then(
      (events) => {
        if (events.length < limit) this.#forget(key, reading);
      },
      () => {
        this.#forget(key, reading);
      },
    );
    return reading;
  }

  #readAhead(after: Position, limit: number): void {
    if (!this.#pages.has(keyOf(after, limit))) this.#fetch(after, limit).catch(() => undefined);
  }

  #keep(key: string, reading: Promise<readonly RecordedEvent[]>): void {
    this.#pages.delete(key);
    this.#pages.set(key, reading);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
  }

  #forget(key: string, reading: Promise<readonly RecordedEvent[]>): void {
    if (this.#pages.get(key) === reading) this.#pages.delete(key);
  }
}

const keyOf = (after: Position, limit: number): string => `${after.toString()}/${String(limit)}`;
