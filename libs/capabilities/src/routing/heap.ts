/** The least of many, one after the other: made in linear time, where sorting all of them for the first few would be most of the work. */
export class Heap<Value> {
  readonly #values: Value[];

  constructor(
    private readonly compare: (one: Value, other: Value) => number,
    values: Iterable<Value> = [],
  ) {
    this.#values = [...values];
    for (let index = (this.#values.length >>> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  get size(): number {
    return this.#values.length;
  }

  get least(): Value | undefined {
    return this.#values[0];
  }

  /** In no order. */
  get values(): readonly Value[] {
    return this.#values;
  }

  add(value: Value): void {
    const values = this.#values;
    let index = values.length;
    while (index > 0) {
      const above = (index - 1) >>> 1;
      const parent = values[above];
      if (parent === undefined || this.compare(parent, value) <= 0) break;
      values[index] = parent;
      index = above;
    }
    values[index] = value;
  }

  take(): Value | undefined {
    const [least] = this.#values;
    const last = this.#values.pop();
    if (last !== undefined && this.#values.length > 0) {
      this.#values[0] = last;
      this.#sink(0);
    }
    return least;
  }

  #sink(from: number): void {
    const values = this.#values;
    const value = values[from];
    if (value === undefined) return;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      let lesser = values[child];
      if (lesser === undefined) break;
      const right = values[child + 1];
      if (right !== undefined && this.compare(right, lesser) < 0) [child, lesser] = [child + 1, right];
      if (this.compare(value, lesser) <= 0) break;
      values[index] = lesser;
      index = child;
    }
    values[index] = value;
  }
}
