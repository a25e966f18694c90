import { type Principal } from '#wiring';
import { ProblemError } from '../problems/problem-error.js';

/** One caller has at most a quarter of what there is for all. */
const PARTS = 4;
const RETRY_MS = 10_000;

/** What stays open for long, and is limited for all together: nobody has all of it, also not by accident. */
export class Shares {
  readonly #taken = new Map<string, number>();
  readonly #most: number;

  /** @param least what one caller may have in any case */
  constructor(total: number, least: number) {
    this.#most = Math.max(least, Math.floor(total / PARTS));
  }

  /**
   * @returns what gives it back; calling it again changes nothing
   * @throws ProblemError `rate_limited` when the caller has as much as they may
   */
  take({ kind, id }: Principal): () => void {
    const name = `${kind}:${id}`;
    const taken = this.#taken.get(name) ?? 0;
    if (taken >= this.#most) throw new ProblemError('rate_limited', { retryAfterMs: RETRY_MS });
    this.#taken.set(name, taken + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.#giveBack(name);
      isTaken = false;
    };
  }

  #giveBack(name: string): void {
    const left = (this.#taken.get(name) ?? 0) - 1;
    if (left > 0) this.#taken.set(name, left);
    else this.#taken.delete(name);
  }
}
