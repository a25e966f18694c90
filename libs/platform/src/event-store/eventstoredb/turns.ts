/** Work on the same things happens one after the other, in the order in which it was asked for; other work beside it. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs the work once all work on any of these keys that was asked for before is over. */
  take<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const before = keys.map((key) => this.#last.get(key));
    const result = Promise.all(before).then(work);
    const over = result.then(
      () => undefined,
      () => undefined,
    );
    for (const key of keys) this.#last.set(key, over);
    void over.then(() => {
      for (const key of keys) if (this.#last.get(key) === over) this.#last.delete(key);
    });
    return result;
  }
}

/** At most so many at once; the others wait in line. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async with<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
