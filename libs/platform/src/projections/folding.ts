import {
  allGone,
  gone,
  type Evolve,
  type Projection,
  type RecordedEvent,
  type Row,
  type RowKey,
  type RowOf,
} from '#kernel';
import { encodeKey, encodeValue, keyText, RowRefusedError, type TableShape, type Wire } from './row-codec.js';
import { type RowSet } from './row-set.js';

/** An event that was set aside: the one that failed, or a later one of its key. */
export interface SetAside {
  readonly event: RecordedEvent;
  /** Absent for a later event of a key that was parked before. */
  readonly error?: unknown;
}

/** What folding a stretch of events came to, beside the rows. */
export interface Folded {
  readonly setAside: readonly SetAside[];
  /** Keys whose parked events no longer matter, by the event that removed every row of the key. */
  readonly superseded: ReadonlyMap<string, RecordedEvent>;
}

/** What is known before the fold starts. */
export interface Parking {
  /** Keys that have a parked event. */
  readonly parked: ReadonlySet<string>;
  /** Why an event cannot be applied, where that is known already: it did not decode, or the table refused what it led to. */
  readonly condemned: ReadonlyMap<RecordedEvent['position'], unknown>;
}

/** A projection's handlers over a set of rows. The same code serves live, rebuild, in memory and as-of. */
export class Folding {
  readonly #handlers: ReadonlyMap<string, Evolve<Row, RecordedEvent>>;

  constructor(
    private readonly projection: Projection,
    private readonly shape: TableShape,
  ) {
    this.#handlers = new Map(Object.entries(projection.when));
  }

  handles(event: RecordedEvent): boolean {
    return this.#handlers.has(event.type);
  }

  /** The rows to load before these events. An event whose keys cannot be told fails later, when it is applied. */
  keysOf(events: readonly RecordedEvent[]): Wire[][] {
    const keys = new Map<string, Wire[]>();
    if (this.projection.appendOnly) return [];
    for (const event of events) {
      if (!this.handles(event)) continue;
      try {
        for (const key of this.projection.keys(event)) {
          const wires = encodeKey(this.shape, key);
          keys.set(keyText(wires), wires);
        }
      } catch {
        continue;
      }
    }
    return [...keys.values()];
  }

  /** Applies events in order. A key whose event fails is left as that event found it, and its later events are set aside. */
  fold(events: Iterable<RecordedEvent>, rows: RowSet, { parked, condemned }: Parking): Folded {
    const setAside: SetAside[] = [];
    const superseded = new Map<string, RecordedEvent>();
    const blocked = new Set<string>();
    for (const event of events) {
      const handler = this.#handlers.get(event.type);
      const isCondemned = condemned.has(event.position);
      const waits = blocked.has(event.key) || (parked.has(event.key) && !superseded.has(event.key));
      if (waits && (isCondemned || !handler || !this.#removesAll(event, handler))) {
        if (isCondemned || handler) setAside.push({ event });
        continue;
      }
      const error = isCondemned ? condemned.get(event.position) : this.#apply(event, handler, rows);
      if (error !== undefined) {
        setAside.push({ event, error });
        blocked.add(event.key);
      } else if (waits) {
        blocked.delete(event.key);
        superseded.set(event.key, event);
      }
    }
    return { setAside, superseded };
  }

  /** Why the event could not be applied; the rows are then as they were. */
  #apply(event: RecordedEvent, handler: Evolve<Row, RecordedEvent> | undefined, rows: RowSet): unknown {
    if (!handler) return undefined;
    rows.begin();
    try {
      const keys = this.projection.keys(event);
      // Of the type, but none of the projection's business: whose it is does not matter either.
      if (keys.length === 0) return undefined;
      const owner = this.#ownerOf(event);
      const rowOf = this.#rowsOf(keys, rows);
      for (const key of keys) this.#evolve({ event, handler, key, owner, rowOf }, rows);
      return undefined;
    } catch (error) {
      rows.undo();
      return error ?? new Error('a handler threw nothing');
    }
  }

  #rowsOf(keys: readonly RowKey[], rows: RowSet): RowOf<Row> {
    return (key) => {
      const text = keyText(encodeKey(this.shape, key));
      if (keys.every((each) => keyText(encodeKey(this.shape, each)) !== text))
        throw new RowRefusedError('the row is none of its event');
      return rows.get(text);
    };
  }

  #evolve({ event, handler, key, owner, rowOf }: Step, rows: RowSet): void {
    const wires = encodeKey(this.shape, key);
    const text = keyText(wires);
    const before = rows.ownerOf(text);
    if (before !== undefined && before !== owner) throw new RowRefusedError('the row belongs to another key');
    const after = handler(this.projection.appendOnly ? undefined : rows.get(text), event, key, rowOf);
    if (after === undefined) return;
    if (after === allGone) rows.wipe(owner);
    else if (after === gone) rows.remove(wires, owner);
    else {
      if (this.projection.appendOnly && before !== undefined) throw new RowRefusedError('there is such a row already');
      rows.put(wires, owner, after);
    }
  }

  /**
   * An event that removes every row of its key leaves the same behind whatever came before it. So it need not wait behind a
   * parked event: an erasure must not be held up by a poison event of the same customer.
   */
  #removesAll(event: RecordedEvent, handler: Evolve<Row, RecordedEvent>): boolean {
    try {
      return this.projection.keys(event).some((key) => handler(undefined, event, key, () => undefined) === allGone);
    } catch {
      return false;
    }
  }

  #ownerOf(event: RecordedEvent): string {
    const column = this.shape.columns[this.shape.owner];
    if (!column) throw new RangeError('no owner column');
    return String(encodeValue(column, event.key));
  }
}

interface Step {
  readonly event: RecordedEvent;
  readonly handler: Evolve<Row, RecordedEvent>;
  readonly key: RowKey;
  readonly owner: string;
  readonly rowOf: RowOf<Row>;
}
