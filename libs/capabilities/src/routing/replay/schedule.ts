import { type EpochMs } from '#kernel';

/** What is to happen, in the order of time; at one instant, in the order in which it was planned. */
export class Schedule<What> {
  /** The next one last. */
  readonly #planned: { readonly at: EpochMs; readonly what: What }[] = [];

  get nextAt(): EpochMs | undefined {
    return this.#planned.at(-1)?.at;
  }

  plan(at: EpochMs, what: What): void {
    let [from, to] = [0, this.#planned.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#planned[middle]?.at ?? 0) > at) from = middle + 1;
      else to = middle;
    }
    this.#planned.splice(from, 0, { at, what });
  }

  take(): { readonly at: EpochMs; readonly what: What } | undefined {
    return this.#planned.pop();
  }
}
