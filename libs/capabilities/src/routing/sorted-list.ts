/** A list of a hundred thousand is moved by no change as a whole: only one part of it is. */
const PART = 512;

/** Values in their order, which must be total: of two, one is always before the other. */
export class SortedList<Value> {
  readonly #parts: Value[][] = [];
  #size = 0;

  constructor(private readonly compare: (one: Value, other: Value) => number) {}

  get size(): number {
    return this.#size;
  }

  add(value: Value): void {
    const index = Math.min(this.#partOf(value), Math.max(0, this.#parts.length - 1));
    const part = (this.#parts[index] ??= []);
    part.splice(this.#placeIn(part, value), 0, value);
    this.#size += 1;
    if (part.length > PART) this.#parts.splice(index + 1, 0, part.splice(part.length >>> 1));
  }

  delete(value: Value): void {
    const index = this.#partOf(value);
    const part = this.#parts[index];
    const place = part ? this.#placeIn(part, value) : 0;
    const found = part?.[place];
    if (!part || found === undefined || this.compare(found, value) !== 0) return;
    part.splice(place, 1);
    this.#size -= 1;
    if (part.length === 0) this.#parts.splice(index, 1);
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (const part of this.#parts) yield* part;
  }

  /** The first part that does not end before it. */
  #partOf(value: Value): number {
    return firstWhere(this.#parts, (part) => {
      const last = part.at(-1);
      return last !== undefined && this.compare(last, value) >= 0;
    });
  }

  #placeIn(part: readonly Value[], value: Value): number {
    return firstWhere(part, (each) => this.compare(each, value) >= 0);
  }
}

/** Of a list in which it is so from some place on: that place. */
function firstWhere<Each>(list: readonly Each[], is: (each: Each) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const each = list[middle];
    if (each !== undefined && is(each)) high = middle;
    else low = middle + 1;
  }
  return low;
}
