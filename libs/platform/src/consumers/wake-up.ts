/** However long the work was, its reader waits no longer for the next. */
const LONGEST_REST_MS = 250;

/**
 * Remembers that somebody knocked, so that a knock just before going to sleep is not missed. Whoever is knocked up all the time rests at
 * least `restRatio` times as long as they were up; after a longer sleep they get up at once. What is done on getting up costs nearly the
 * same for one event as for fifty, and takes longer the busier the machine is: so the work that is saved is most where it is needed.
 */
export class WakeUp {
  #knocked = false;
  #sleeper: (() => void) | undefined;
  #upSince = performance.now();

  constructor(private readonly restRatio = 0) {}

  knock(): void {
    this.#knocked = true;
    this.#sleeper?.();
  }

  /** Until the next knock, or one since the last sleep, or the time is over, or it is aborted. */
  async sleep(timeoutMs: number, signal: AbortSignal, restRatio = this.restRatio): Promise<void> {
    const now = performance.now();
    const restUntil = now + Math.min(LONGEST_REST_MS, restRatio * (now - this.#upSince));
    if (!this.#knocked && !signal.aborted)
      await this.#rest(timeoutMs, signal, (wake) => {
        this.#sleeper = wake;
      });
    this.#sleeper = undefined;
    const earlyMs = restUntil - performance.now();
    if (earlyMs > 0 && !signal.aborted) await this.#rest(earlyMs, signal);
    this.#knocked = false;
    this.#upSince = performance.now();
  }

  #rest(timeoutMs: number, signal: AbortSignal, canBeWoken?: (wake: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      signal.addEventListener('abort', wake);
      canBeWoken?.(wake);
    });
  }
}

/** A wait that nobody shortens but the signal. */
export const pause = (timeoutMs: number, signal: AbortSignal): Promise<void> => new WakeUp().sleep(timeoutMs, signal);

/**
 * How long until the next beat of this process, of which there is one in so many milliseconds: whoever looks at the same things without
 * being woken does so at the same moment, and asks together. A beat that is at hand is over already: timers are a little early.
 */
export function untilBeat(everyMs: number): number {
  const leftMs = everyMs - (performance.now() % everyMs);
  return leftMs < everyMs / 10 ? leftMs + everyMs : leftMs;
}
