import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { sealHere, type SealAll } from './seal-here.js';
import { type Sealable } from './sealing.js';
import { jobOf, type SealedJob } from './sealing-worker.js';

/** Handing over and taking back costs about as much as sealing ten. */
const FEWEST_PARTS = 32;
/** Beyond, this thread seals too: it has nothing better to do while the other one is behind. */
const MOST_PARTS_AWAY = 2_000;
/** A thread that dies so often is not started again. */
const MAX_LOSSES = 3;

interface Waiting {
  readonly parts: readonly Sealable[];
  readonly resolve: (sealed: readonly string[] | Promise<readonly string[]>) => void;
}

/**
 * A thread that seals large batches: a quarter of what a batch costs this process, and PostgreSQL leaves a second core half idle.
 * Started at the first large batch. What it was asked for when it died is sealed here: nothing is lost with it, and nobody notices.
 */
export class SealingThread {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #jobs = 0;
  #partsAway = 0;
  #losses = 0;

  constructor(private readonly file: URL) {}

  readonly sealAll: SealAll = (parts) => {
    const isFull = this.#partsAway > 0 && this.#partsAway + parts.length > MOST_PARTS_AWAY;
    if (parts.length < FEWEST_PARTS || isFull || this.#losses >= MAX_LOSSES) return sealHere(parts);
    return new Promise((resolve) => {
      const number = ++this.#jobs;
      this.#waiting.set(number, { parts, resolve });
      this.#partsAway += parts.length;
      const worker = (this.#worker ??= this.#start());
      // It keeps the process alive only as long as somebody waits for it.
      worker.ref();
      worker.postMessage(jobOf(number, parts));
    });
  };

  /** Ends the thread, whatever it is doing. */
  async end(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.file, { name: 'sealing' });
    worker.on('message', ({ number, sealed }: SealedJob) => {
      this.#take(number)?.resolve(sealed);
      if (this.#waiting.size === 0) worker.unref();
    });
    // Said by 'exit' as well, which follows.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#losses++;
      this.#worker = undefined;
      for (const number of [...this.#waiting.keys()]) {
        const lost = this.#take(number);
        if (lost) lost.resolve(sealHere(lost.parts));
      }
    });
    return worker;
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    this.#partsAway -= waiting?.parts.length ?? 0;
    return waiting;
  }
}

/** A sealing thread where there is a core for it and its compiled file: not where TypeScript is compiled in memory. */
export function sealOnAnotherCore(): SealAll | undefined {
  const file = new URL('./sealing-worker.js', import.meta.url);
  if (availableParallelism() < 2 || !existsSync(fileURLToPath(file))) return undefined;
  return new SealingThread(file).sealAll;
}
