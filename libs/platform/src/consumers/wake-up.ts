/** Remembers that somebody knocked, so that a knock just before going to sleep is not missed. */
export class WakeUp {
  #knocked = false;
  #sleeper: (() => void) | undefined;

  knock(): void {
    this.#knocked = true;
    this.#sleeper?.();
  }

  /** Until the next knock, or one since the last sleep, or the time is over, or it is aborted. */
  async sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#knocked && !signal.aborted) await this.#rest(timeoutMs, signal);
    this.#knocked = false;
  }

  #rest(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#sleeper = undefined;
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      signal.addEventListener('abort', wake);
      this.#sleeper = wake;
    });
  }
}

/** A wait that nobody shortens but the signal. */
export const pause = (timeoutMs: number, signal: AbortSignal): Promise<void> => new WakeUp().sleep(timeoutMs, signal);
