/**
 * Remembers that somebody knocked, so that a knock just before going to sleep is not missed. With a pace, whoever is knocked up all the time
 * gets up once in `paceMs`, and after a longer sleep at once: what is done on getting up costs nearly the same for one event as for fifty.
 */
export class WakeUp {
  #knocked = false;
  #sleeper: (() => void) | undefined;
  #upSince = -Infinity;

  constructor(private readonly paceMs = 0) {}

  knock(): void {
    this.#knocked = true;
    this.#sleeper?.();
  }

  /** Until the next knock, or one since the last sleep, or the time is over, or it is aborted. */
  async sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#knocked && !signal.aborted)
      await this.#rest(timeoutMs, signal, (wake) => {
        this.#sleeper = wake;
      });
    this.#sleeper = undefined;
    const earlyMs = this.#upSince + this.paceMs - performance.now();
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
