import type { Position, Projection, RecordedEvent, Row } from '#kernel';
import { Folding, type SetAside } from './folding.js';
import { decodeRow, shapeOf } from './row-codec.js';
import { RowSet } from './row-set.js';

export interface FoldInMemoryOptions {
  /** The last position to apply: the read model as of then. For a time, ask the source for `positionAt`. */
  readonly upTo?: Position;
  /** Discarded by decision: passed over, as the stored read model does. */
  readonly discarded?: ReadonlySet<Position>;
}

export interface FoldedInMemory {
  /** Rows by the text of their key. */
  readonly rows: ReadonlyMap<string, Row>;
  /** What a consumer would have parked. */
  readonly setAside: readonly SetAside[];
}

/** Decoded events, one by one or by the page. */
export type Events =
  Iterable<RecordedEvent | readonly RecordedEvent[]> | AsyncIterable<RecordedEvent | readonly RecordedEvent[]>;

/**
 * A read model without a database: the same fold over the same rows as live and rebuild. For as-of questions, for tests, and
 * for checking what is stored.
 */
export async function foldInMemory(
  projection: Projection,
  events: Events,
  options: FoldInMemoryOptions = {},
): Promise<FoldedInMemory> {
  const folder = new MemoryFold(projection);
  for await (const page of events) {
    const those = isPage(page) ? page : [page];
    const wanted = those.filter(
      ({ position }) => (options.upTo === undefined || position <= options.upTo) && !options.discarded?.has(position),
    );
    folder.add(wanted);
  }
  const shape = shapeOf(projection.table);
  const rows = new Map<string, Row>();
  for (const [text, wires] of folder.rows.rows()) rows.set(text, decodeRow(shape, wires));
  return { rows, setAside: [...folder.setAside.values()] };
}

/** A fold that goes on from page to page. */
export class MemoryFold {
  readonly rows: RowSet;
  readonly #folding: Folding;
  readonly #parked = new Set<string>();
  readonly #keys = new Set<string>();
  readonly #setAside = new Map<Position, SetAside>();

  constructor(projection: Projection) {
    const shape = shapeOf(projection.table);
    this.rows = new RowSet(shape);
    this.#folding = new Folding(projection, shape);
  }

  get setAside(): ReadonlyMap<Position, SetAside> {
    return this.#setAside;
  }

  /** Different keys seen. */
  get keys(): number {
    return this.#keys.size;
  }

  add(events: readonly RecordedEvent[]): void {
    for (const { key } of events) this.#keys.add(key);
    const { setAside, superseded } = this.#folding.fold(events, this.rows, {
      parked: this.#parked,
      condemned: new Map(),
    });
    for (const key of superseded.keys()) this.#parked.delete(key);
    for (const one of setAside) this.#setAside.set(one.event.position, one);
    for (const [position, { event }] of this.#setAside)
      if (position < (superseded.get(event.key)?.position ?? -1n)) this.#setAside.delete(position);
      else this.#parked.add(event.key);
  }
}

const isPage = (page: RecordedEvent | readonly RecordedEvent[]): page is readonly RecordedEvent[] =>
  Array.isArray(page);
