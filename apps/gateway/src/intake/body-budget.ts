/** How many bytes of request bodies may be in memory together. Full is an answer (503), never a crash. */
export class BodyBudget {
  #free: number;

  constructor(readonly bytes: number) {
    this.#free = bytes;
  }

  /** In memory now. */
  get used(): number {
    return this.bytes - this.#free;
  }

  /** Takes bytes out of the budget; false when there are not that many left. */
  take(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
  }
}
