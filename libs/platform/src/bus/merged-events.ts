import { type Position } from '#kernel';
import { type LaneMarks } from './feed-cursor.js';
import { type Received } from './partition-window.js';

/** A position, and how far each partition is there. */
export interface Place {
  readonly position: Position;
  readonly marks: LaneMarks;
}

/** What was received of several partitions, in store order: from a place on, complete up to a position. */
export class MergedEvents {
  #base: Place;
  #reached: Position;
  readonly #events: Received[] = [];
  #bytes = 0;

  constructor(base: Place) {
    this.#base = base;
    this.#reached = base.position;
  }

  /** Nothing before it is held. */
  get begin(): Position {
    return this.#base.position;
  }

  get reached(): Position {
    return this.#reached;
  }

  get count(): number {
    return this.#events.length;
  }

  /** That they take in memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What follows, of each partition in order. */
  append(ready: Received[], reached: Position): void {
    ready.sort((one, other) => (one.event.position < other.event.position ? -1 : 1));
    for (const received of ready) {
      this.#bytes += received.bytes;
      this.#events.push(received);
    }
    this.#reached = reached;
  }

  /** Lets go of what is not behind a position. */
  forget(position: Position): void {
    const gone = this.#events.splice(0, this.#firstAfter(position));
    for (const { bytes } of gone) this.#bytes -= bytes;
    this.#base = { position, marks: marksAfter(this.#base.marks, gone) };
  }

  marksAt(position: Position): LaneMarks {
    return marksAfter(this.#base.marks, this.#events.slice(0, this.#firstAfter(position)));
  }

  countAfter(position: Position): number {
    return this.#events.length - this.#firstAfter(position);
  }

  after(position: Position, limit: number): readonly Received[] {
    const start = this.#firstAfter(position);
    return this.#events.slice(start, start + limit);
  }

  #firstAfter(position: Position): number {
    let [from, to] = [0, this.#events.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#events[middle]?.event.position ?? position) > position) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}

/** From the end: of each partition the last one counts. */
export function marksAfter(before: LaneMarks, received: readonly Received[]): LaneMarks {
  const last = new Map<number, Received>();
  for (let index = received.length - 1; index >= 0 && last.size < before.size; index--) {
    const one = received[index];
    if (one && !last.has(one.partition)) last.set(one.partition, one);
  }
  return new Map([...before].map(([partition, mark]) => [partition, last.get(partition)?.mark ?? mark]));
}

/** By the numbers alone: where a record was written twice, its two offsets are both right. */
export const areAlike = (one: LaneMarks, other: LaneMarks): boolean =>
  [...one].every(([partition, { sequence }]) => other.get(partition)?.sequence === sequence);
