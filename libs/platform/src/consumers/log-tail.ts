import { jsonText, type Position, type RecordedEvent } from '#kernel';
import { type LogPage, MAX_PAGE_CHARACTERS } from '#platform/event-store';
import type { EventPage } from './event-source.port.js';

/** Most events that are kept. */
const MAX_EVENTS = 2_000;
/** Most that one look at the log brings: those who are a little behind still find what they need. */
const MAX_NEW_EVENTS = 1_000;
/** Whoever finds so many goes on with them, and looks at the log later. */
const ENOUGH_EVENTS = 500;

const charactersOf = ({ data }: RecordedEvent): number => jsonText(data)?.length ?? 0;

/**
 * The end of the log, for all who follow it there: who was woken by the same append reads the same events, so they are read once.
 * What is kept never changes and has no hole. Nobody is told of a head as it was before they asked: each waits for a look at the log
 * that begins after that, and whoever asks while one is on its way shares the next.
 */
export class LogTail {
  #after: Position;
  #events: RecordedEvent[] = [];
  #characters = 0;
  #looking: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | undefined;

  /** Begins with a page that ended at the head; `after`: what it was read from. */
  constructor(
    private readonly readAll: (after: Position, limit: number) => Promise<LogPage>,
    { after, events }: { readonly after: Position; readonly events: readonly RecordedEvent[] },
  ) {
    this.#after = after;
    this.#append(events);
  }

  get end(): Position {
    return this.#events.at(-1)?.position ?? this.#after;
  }

  reachesTo(after: Position): boolean {
    return after >= this.#after && after <= this.end;
  }

  /** As `EventSource.read`; `undefined` where that is no longer kept. */
  async read(after: Position, limit: number): Promise<EventPage | undefined> {
    if (!this.reachesTo(after)) return undefined;
    const kept = this.#events.length - this.#indexAfter(after);
    const mayHaveMore = kept >= Math.min(limit, ENOUGH_EVENTS) || (await this.#look());
    if (!this.reachesTo(after)) return undefined;
    const first = this.#indexAfter(after);
    const events = this.#events.slice(first, first + limit);
    return {
      events,
      upTo: events.at(-1)?.position ?? after,
      full: mayHaveMore || first + limit < this.#events.length,
    };
  }

  #look(): Promise<boolean> {
    return (this.#next ??= this.#looking.then(() => {
      this.#next = undefined;
      const look = this.#extend();
      // Its failure is for those who waited for it.
      this.#looking = look.catch(() => undefined);
      return look;
    }));
  }

  /** Answers whether there may be more. */
  async #extend(): Promise<boolean> {
    const { events, full } = await this.readAll(this.end, MAX_NEW_EVENTS);
    this.#append(events);
    return full;
  }

  #append(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.#characters += charactersOf(event);
    }
    // What is kept is at most a page, and with it whatever is read of it.
    const isTooMuch = (gone: number): boolean =>
      this.#events.length - gone > MAX_EVENTS || this.#characters > MAX_PAGE_CHARACTERS;
    let gone = 0;
    for (const event of this.#events) {
      if (!isTooMuch(gone)) break;
      gone++;
      this.#characters -= charactersOf(event);
      this.#after = event.position;
    }
    if (gone > 0) this.#events.splice(0, gone);
  }

  /** Of the first event after a position. */
  #indexAfter(after: Position): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.position ?? after) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
