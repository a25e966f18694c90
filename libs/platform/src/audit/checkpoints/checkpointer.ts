import { type Clock } from '#kernel';
import { type Checkpoint, type SignCheckpoints } from './checkpoint.js';

export interface CheckpointRhythm {
  /** A checkpoint after that many entries of this process … */
  readonly everyEntries: number;
  /** … or that long after the first entry without one, whichever is first. */
  readonly everyMs: number;
}

/** What an attacker with the whole database can cut off without being seen is at most this. */
export const usualRhythm: CheckpointRhythm = { everyEntries: 50, everyMs: 10_000 };

interface Head {
  readonly sequence: bigint;
  readonly hash: string;
}

interface CheckpointerParts {
  readonly signer: SignCheckpoints;
  readonly clock: Clock;
  readonly rhythm: CheckpointRhythm;
  /** Durable when it resolves. */
  readonly keep: (checkpoint: Checkpoint) => Promise<void>;
  /** A checkpoint could not be kept; it is tried again with the next entry or at the end. */
  readonly onTrouble: (error: unknown) => void;
}

/** Signs the newest entry that this process wrote, now and then. One at a time. */
export class Checkpointer {
  #head: Head | undefined;
  #entries = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: CheckpointerParts) {}

  /** An entry was committed. */
  written(head: Head): void {
    const { everyEntries, everyMs } = this.parts.rhythm;
    // Answers of concurrent writers come in any order.
    if (this.#head === undefined || head.sequence > this.#head.sequence) this.#head = head;
    this.#entries += 1;
    if (this.#entries >= everyEntries) this.#inBackground();
    else
      this.#timer ??= setTimeout(() => {
        this.#inBackground();
      }, everyMs).unref();
  }

  /** Signs what has no checkpoint yet; resolves when it is kept. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#entries = 0;
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#sign());
    return this.#writing;
  }

  #inBackground(): void {
    this.flush().catch(this.parts.onTrouble);
  }

  async #sign(): Promise<void> {
    const head = this.#head;
    if (head === undefined) return;
    const { signer, clock, keep } = this.parts;
    await keep(signer.sign({ ...head, signedAt: new Date(clock.now()).toISOString() }));
    // Another entry may have come meanwhile, and waits for its own.
    if (this.#head === head) this.#head = undefined;
  }
}
