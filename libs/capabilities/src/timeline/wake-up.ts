/** A wake-up call that is not lost when it comes before anybody waits for it. */
export class WakeUp {
  #pending = false;
  #wake: (() => void) | undefined;

  call(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Resolves at a call, one that came since the last wait included; or after `timeoutMs`; or at once when aborted. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) await this.#sleep(timeoutMs, signal);
    this.#pending = false;
  }

  #sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      signal.addEventListener('abort', wake);
      this.#wake = wake;
    });
  }
}
