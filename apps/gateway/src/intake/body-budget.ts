/** What a sender has to keep up with, while others need the room that its body takes. */
export interface Floor {
  readonly bytesPerSecond: number;
  /** So long may it be silent, whatever it sent before. */
  readonly graceMs: number;
}

export const FLOOR_BYTES_PER_SECOND = 1_024;
export const FLOOR_GRACE_MS = 10_000;
const floorOfAll: Floor = { bytesPerSecond: FLOOR_BYTES_PER_SECOND, graceMs: FLOOR_GRACE_MS };

/** A body of which the sender has not sent all. */
export interface AwaitedBody {
  came(bytes: number): void;
  /** All of it is there, or nobody reads it any more. */
  done(): void;
}

interface Awaited {
  /** Until then the sender has kept up. */
  dueAtMs: number;
  readonly refuse: () => void;
}

/**
 * How many bytes of request bodies may be in memory together. Full is an answer (503), never a crash. Whose sender is slower than the floor loses
 * its room when somebody else needs it: sixteen large bodies without their last byte would otherwise keep all others out.
 */
export class BodyBudget {
  #free: number;
  readonly #awaited = new Set<Awaited>();

  /** @param whole what it is a part of: who takes of the part takes of the whole */
  constructor(
    readonly bytes: number,
    private readonly floor: Floor = floorOfAll,
    private readonly whole?: BodyBudget,
  ) {
    this.#free = bytes;
  }

  /** In memory now. */
  get used(): number {
    return this.bytes - this.#free;
  }

  /** Takes bytes out of the budget; false when there are not that many left. */
  take(bytes: number): boolean {
    if (bytes > this.#free) this.#makeRoom(bytes);
    if (bytes > this.#free || this.whole?.take(bytes) === false) return false;
    this.#free -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
    this.whole?.giveBack(bytes);
  }

  /** @param refuse gives back what the body has taken, and answers its sender */
  await(refuse: () => void): AwaitedBody {
    const { bytesPerSecond, graceMs } = this.floor;
    const body: Awaited = { dueAtMs: performance.now() + graceMs, refuse };
    this.#awaited.add(body);
    const ofWhole = this.whole?.await(refuse);
    return {
      came: (bytes) => {
        ofWhole?.came(bytes);
        const now = performance.now();
        // What came fast is no credit beyond the grace: 4 MB and then nothing would be an hour of it.
        body.dueAtMs = Math.min(now + graceMs, Math.max(body.dueAtMs, now) + (bytes * 1_000) / bytesPerSecond);
      },
      done: () => {
        this.#awaited.delete(body);
        ofWhole?.done();
      },
    };
  }

  #makeRoom(bytes: number): void {
    const now = performance.now();
    for (const body of this.#awaited) {
      if (bytes <= this.#free) return;
      if (now <= body.dueAtMs) continue;
      this.#awaited.delete(body);
      body.refuse();
    }
  }
}
