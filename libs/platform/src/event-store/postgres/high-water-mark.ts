import type pg from 'pg';

/** The mark's row is read by each flush, and its old versions pile up while somebody holds a long transaction: not often, then. */
const MARK_EVERY_MS = 10_000;

/** Keeps es.store.last_position near the head, so that a log that lost its end is noticed at the next start. */
export class HighWaterMark {
  #timer: NodeJS.Timeout | undefined;
  #marking: Promise<void> = Promise.resolve();

  constructor(private readonly pool: pg.Pool) {}

  moved(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#marking = this.#mark();
    }, MARK_EVERY_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    await this.#marking;
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    await this.#mark();
  }

  async #mark(): Promise<void> {
    // It may lag: the next one moves it further.
    await this.pool.query('SELECT es.mark_head()').catch(() => undefined);
  }
}
