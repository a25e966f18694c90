import { type EpochMs, type Position, type RecordedEvent, START } from '#kernel';
import {
  BACKWARDS,
  FORWARDS,
  type Position as LogPosition,
  type RecordedEvent as StoredEvent,
} from '@eventstore/db-client';
import { type LogPage, MAX_PAGE_CHARACTERS } from '../event-store.port.js';
import { type Connection, NoSuchPositionError } from './connection.js';
import type { Names } from './names.js';
import { appendedMetaOf, type AppendedMeta, linkMetaOf, positionOf, recordedEvent } from './records.js';

/** Records of one read. Of Safar's own about half are links. */
const LARGEST_PAGE = 1_000;
const SMALLEST_PAGE = 32;
const SEARCH_PAGE = 256;
const MAX_REREADS = 20;
/**
 * Positions count bytes of the server's log. An event and its link, the smallest that Safar writes, take about 700; a touchpoint with
 * a sentence in it some 1,700. So many events are never more than told.
 */
const LEAST_BYTES_OF_EVENT = 512;

const pageSize = (limit: number): number => Math.min(Math.max(limit, SMALLEST_PAGE), LARGEST_PAGE);

/** Takes events until it has as much as a page may have. */
class Page {
  readonly events: RecordedEvent[] = [];
  full = false;
  #characters = 0;

  constructor(private readonly limit: number) {}

  get taken(): LogPage {
    return { events: this.events, full: this.full };
  }

  /** Whether the next one may fit. */
  add(event: RecordedEvent): boolean {
    this.#characters += JSON.stringify(event.data).length + JSON.stringify(event.meta).length;
    this.full = this.events.length > 0 && this.#characters > MAX_PAGE_CHARACTERS;
    if (this.full) return false;
    this.events.push(event);
    this.full = this.events.length >= this.limit;
    return !this.full;
  }
}

interface Appended {
  readonly stored: StoredEvent;
  readonly meta: AppendedMeta;
}

export const logPosition = (position: Position): LogPosition => ({ commit: position, prepare: position });

/** Reads Safar's events out of $all and out of its streams. */
export class LogReader {
  /** An event that was the last one once: looking for the last one ends there. */
  #lastSeen = START;

  constructor(
    private readonly connection: Connection,
    private readonly names: Names,
    /** Of the record that founds the store: nothing of it lies before. */
    private readonly floor: Position,
  ) {}

  /** Events after a position in the order of the log. */
  async readAll(after: Position, limit: number): Promise<LogPage> {
    const page = new Page(limit);
    const begun = new Map<string, EpochMs>();
    for await (const record of this.#forwards(after, limit * 2)) {
      const appended = this.#appended(record);
      if (!appended) continue;
      if (!page.add(recordedEvent(appended.stored, appended.meta, await this.#recordedAt(appended, begun)))) break;
    }
    return page.taken;
  }

  /** The event at a position, which anybody may have made up. */
  async eventAt(position: Position): Promise<RecordedEvent | undefined> {
    if (position <= this.floor || position > (await this.head())) return undefined;
    const record = await this.#recordAt(position);
    const appended = record?.position.commit === position ? this.#appended(record) : undefined;
    return appended && recordedEvent(appended.stored, appended.meta, await this.#recordedAt(appended, new Map()));
  }

  async #recordAt(position: Position) {
    const fromPosition = logPosition(position);
    try {
      const page = await this.connection.read((client) =>
        client.readAll({ fromPosition, maxCount: 1, direction: FORWARDS, requiresLeader: true }),
      );
      return page?.[0]?.event;
    } catch (error) {
      if (error instanceof NoSuchPositionError) return undefined;
      throw error;
    }
  }

  /** Events of a stream after a version. */
  async readStream(stream: string, afterVersion: number, limit: number): Promise<LogPage> {
    const page = new Page(limit);
    const begun = new Map<string, EpochMs>();
    // Each version has a link at least, so that of the next one is not before this revision.
    let rereads = 0;
    for (let from = BigInt(afterVersion), size = pageSize(limit); !page.full; size = LARGEST_PAGE) {
      const links = await this.#readLinks(stream, from, size);
      const last = (): number => page.events.at(-1)?.version ?? afterVersion;
      const events = links.flatMap(({ link, appended }) =>
        appended?.meta.claim === linkMetaOf(link).claim && !appended.meta.marker ? [appended] : [],
      );
      let next = events.shift();
      for (; next && next.meta.version <= last() + 1 && !page.full; next = events.shift()) {
        if (next.meta.version <= last()) continue;
        page.add(recordedEvent(next.stored, next.meta, await this.#recordedAt(next, begun)));
      }
      if (next && !page.full) {
        // A link before was not made good yet when the server looked, and is by now: what is there is read again.
        if (++rereads > MAX_REREADS) throw new Error(`${stream} has a hole after version ${String(last())}`);
        from = BigInt(last());
      } else if (links.length < size) break;
      else from = (links.at(-1)?.link.revision ?? from) + 1n;
    }
    return page.taken;
  }

  distance(after: Position, upTo: Position): number {
    const from = after > this.floor ? after : this.floor;
    return upTo > from ? Math.ceil(Number(upTo - from) / LEAST_BYTES_OF_EVENT) : 0;
  }

  /** The last event's position. */
  async head(): Promise<Position> {
    const head = await this.#lastBefore('end', this.#lastSeen);
    if (head > this.#lastSeen) this.#lastSeen = head;
    return head;
  }

  /** Of the last event before a position; START when there is none. */
  eventBefore(position: Position): Promise<Position> {
    return this.#lastBefore(logPosition(position), START);
  }

  /** The last event recorded at or before a time, looked for from a position that is not after it. */
  async positionAt(time: EpochMs, from: Position): Promise<Position> {
    const begun = new Map<string, EpochMs>();
    let found: Position | undefined;
    for await (const record of this.#forwards(from, SEARCH_PAGE)) {
      const appended = this.#appended(record);
      if (!appended) continue;
      if ((await this.#recordedAt(appended, begun)) > time) break;
      found = positionOf(record);
    }
    return found ?? (await this.eventBefore(from));
  }

  async *#forwards(after: Position, expected: number): AsyncGenerator<StoredEvent> {
    const maxCount = Math.min(Math.max(expected + 1, SMALLEST_PAGE), LARGEST_PAGE);
    for (let from = after > this.floor ? after : this.floor; ;) {
      const page = await this.connection.read((client) =>
        client.readAll({ fromPosition: logPosition(from), maxCount, direction: FORWARDS, requiresLeader: true }),
      );
      const records = (page ?? []).flatMap(({ event }) => (event ? [event] : []));
      for (const record of records) if (positionOf(record) > from) yield record;
      if (records.length < maxCount) return;
      from = records.at(-1)?.position.commit ?? from;
    }
  }

  /** The last event before a position, or an earlier one that is known to be the last if none comes before it. */
  async #lastBefore(position: LogPosition | 'end', known: Position): Promise<Position> {
    const end = known > this.floor ? known : this.floor;
    let from = position;
    for (let maxCount = SMALLEST_PAGE; ; maxCount = Math.min(maxCount * 4, LARGEST_PAGE)) {
      const page = await this.connection.read((client) =>
        client.readAll({ fromPosition: from, maxCount, direction: BACKWARDS, requiresLeader: true }),
      );
      for (const { event } of page ?? []) {
        if (!event) continue;
        if (event.position.commit <= end) return known;
        if (this.#appended(event)) return positionOf(event);
        from = event.position;
      }
      if ((page?.length ?? 0) < maxCount) return known;
    }
  }

  async #readLinks(stream: string, fromRevision: bigint, maxCount: number) {
    const found = await this.connection.read((client) =>
      client.readStream(this.names.stream(stream), {
        ...{ fromRevision, maxCount, direction: FORWARDS, resolveLinkTos: true, requiresLeader: true },
      }),
    );
    return (found ?? []).flatMap(({ link, event }) => (link ? [{ link, appended: event && this.#record(event) }] : []));
  }

  /** An event of Safar among those of the whole server. */
  #appended(stored: StoredEvent): Appended | undefined {
    if (this.names.appendIdOf(stored.streamId) === undefined) return undefined;
    const appended = this.#record(stored);
    return appended?.meta.marker ? undefined : appended;
  }

  #record(stored: StoredEvent): Appended | undefined {
    const meta = appendedMetaOf(stored);
    return meta && { stored, meta };
  }

  /** The server's time of the first event of an append stands for all of it, so that no time divides it. */
  async #recordedAt({ stored, meta }: Appended, begun: Map<string, EpochMs>): Promise<EpochMs> {
    if (meta.index === 0) begun.set(meta.claim, stored.created.getTime());
    const known = begun.get(meta.claim);
    if (known !== undefined) return known;
    const found = await this.connection.read((client) =>
      client.readStream(stored.streamId, {
        ...{
          fromRevision: stored.revision - BigInt(meta.index),
          maxCount: 1,
          direction: FORWARDS,
          requiresLeader: true,
        },
      }),
    );
    const first = found?.[0]?.event;
    if (!first) throw new Error(`${stored.streamId} begins after its append`);
    begun.set(meta.claim, first.created.getTime());
    return first.created.getTime();
  }
}
