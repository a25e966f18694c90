import { upcast } from '#contracts';
import { type EpochMs, type Position, type RecordedEvent } from '#kernel';
import { type EventStore } from '#platform/event-store';

/** What is saved as a whole, such as all macros, is one event of one stream each time; a change every hour for eleven years, of which a book keeps some 10 MB. */
export const MAX_SETTINGS_VERSIONS = 100_000;
const PAGE = 50;

interface Saved {
  readonly position: Position;
  readonly recordedAt: EpochMs;
}

/**
 * Everything that was saved in one stream of settings. What was saved never changes, so only what is new is read; of older versions only
 * when they were saved is kept, and who needs one reads it again.
 */
export class SettingsBook<E extends RecordedEvent> {
  readonly #versions: Saved[] = [];
  #last: E | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    readonly stream: string,
    private readonly is: (event: RecordedEvent) => event is E,
  ) {}

  /** What was saved last; nothing where nobody saved any. */
  async last(): Promise<E | undefined> {
    await this.#readNews();
    return this.#last;
  }

  /** What held when something was recorded at this position. */
  before(position: Position): Promise<E | undefined> {
    return this.#lastThat((saved) => saved.position < position);
  }

  /** What held at this time, which is over. */
  at(time: EpochMs): Promise<E | undefined> {
    return this.#lastThat(({ recordedAt }) => recordedAt <= time);
  }

  async #lastThat(held: (saved: Saved) => boolean): Promise<E | undefined> {
    await this.#readNews();
    const version = this.#versions.findLastIndex(held) + 1;
    if (version === 0 || version === this.#last?.version) return version === 0 ? undefined : this.#last;
    const { events } = await this.store.readStream(this.stream, version - 1, 1);
    const [event] = events.map(upcast);
    if (event === undefined || !this.is(event)) throw new Error(`${this.stream} has no version ${String(version)}`);
    return event;
  }

  async #readNews(): Promise<void> {
    for (let full = true; full;) {
      const page = await this.store.readStream(this.stream, this.#versions.length, PAGE);
      for (const event of page.events.map(upcast)) {
        // Others may have read the same meanwhile.
        if (!this.is(event) || event.version !== this.#versions.length + 1) continue;
        this.#versions.push({ position: event.position, recordedAt: event.recordedAt });
        this.#last = event;
      }
      full = page.full;
      if (full && this.#versions.length > MAX_SETTINGS_VERSIONS)
        throw new Error(`${this.stream} has too many versions`);
    }
  }
}
