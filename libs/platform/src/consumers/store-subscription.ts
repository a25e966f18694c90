import type { Position } from '#kernel';
import type { EventStore, LogPage } from '#platform/event-store';
import type { EventPage, EventSource } from './event-source.port.js';
import { LogTail } from './log-tail.js';

/** What is needed of the store. */
export type SubscribableStore = Pick<
  EventStore,
  'epoch' | 'readAll' | 'eventAt' | 'head' | 'positionAt' | 'distance' | 'onAppended'
>;

/**
 * Most pages kept. Lanes of one projection, and projections that are filled together, walk the log at nearly the same pace:
 * a page is then read once for all of them. More pages would only be more memory: consumers read ahead by themselves.
 */
const MAX_PAGES = 3;

/** The store's own subscription as the source of projections. */
export function storeSubscription(store: SubscribableStore): EventSource {
  const pages = new FullPages(store);
  let tail: LogTail | undefined;
  /** Whoever follows the head shares its reads; whoever has a way to go shares full pages. */
  const read = async (after: Position, limit: number): Promise<EventPage> => {
    const known = await tail?.read(after, limit);
    if (known) return known;
    const page = await pages.read(after, limit);
    if (!page.full && (!tail || page.upTo >= tail.end))
      tail = new LogTail((from, most) => store.readAll(from, most), { after, events: page.events });
    return page;
  };
  return {
    epoch: store.epoch,
    read,
    eventAt: (position) => store.eventAt(position),
    head: () => store.head(),
    positionAt: (time) => store.positionAt(time),
    distance: (after, upTo) => store.distance(after, upTo),
    onMoved: (listener) => store.onAppended(listener),
  };
}

/**
 * A full page never changes, so it may be shared. A page that ends at the head is out of date as soon as something is
 * appended, so it is never kept: whoever was woken by that append would go back to sleep over the old page.
 */
class FullPages {
  readonly #pages = new Map<string, Promise<LogPage>>();

  constructor(private readonly store: SubscribableStore) {}

  async read(after: Position, limit: number): Promise<EventPage> {
    const key = `${after.toString()}/${String(limit)}`;
    const shared = this.#pages.get(key);
    let page = await (shared ?? this.#fetch(key, after, limit));
    if (shared && !page.full) page = await this.#fetch(key, after, limit);
    return { ...page, upTo: page.events.at(-1)?.position ?? after };
  }

  async #fetch(key: string, after: Position, limit: number): Promise<LogPage> {
    const reading = this.store.readAll(after, limit);
    this.#keep(key, reading);
    try {
      const page = await reading;
      if (!page.full) this.#forget(key, reading);
      return page;
    } catch (error) {
      this.#forget(key, reading);
      throw error;
    }
  }

  #keep(key: string, reading: Promise<LogPage>): void {
    this.#pages.delete(key);
    this.#pages.set(key, reading);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
  }

  #forget(key: string, reading: Promise<LogPage>): void {
    if (this.#pages.get(key) === reading) this.#pages.delete(key);
  }
}
