import type { Position } from '#kernel';
import type { EventPage, EventSource } from './event-source.port.js';

/**
 * One reader's way through the log: has the next page on its way while the last one is decoded, so that neither this process
 * nor PostgreSQL waits for the other. Only a full page is read ahead: one that ends at the head would be out of date by the
 * time it is wanted, and whoever was woken for what came since would go back to sleep over it.
 */
export class ReadAhead {
  #next: { readonly after: Position; readonly limit: number; readonly page: Promise<EventPage> } | undefined;

  constructor(private readonly source: Pick<EventSource, 'read'>) {}

  async read(after: Position, limit: number): Promise<EventPage> {
    const page = (await this.#readBefore(after, limit)) ?? (await this.source.read(after, limit));
    if (page.full) {
      const next = this.source.read(page.upTo, limit);
      // Its failure is known when it is wanted, if it is.
      next.catch(() => undefined);
      this.#next = { after: page.upTo, limit, page: next };
    }
    return page;
  }

  async #readBefore(after: Position, limit: number): Promise<EventPage | undefined> {
    const next = this.#next;
    this.#next = undefined;
    if (next?.after !== after || next.limit !== limit) return undefined;
    const page = await next.page;
    return page.full ? page : undefined;
  }
}
