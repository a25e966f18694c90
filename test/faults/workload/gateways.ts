import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly retryAfter: boolean;
  readonly body: unknown;
}

/** No answer, or half of one, and why. */
export interface Failure {
  readonly status: undefined;
  readonly why: string;
}

/** Longer than a gateway takes to give an answer of its own, so that what is cut short is what hangs. */
const TIMEOUT_MS = 15_000;
/** How often a load balancer looks at `/readyz`; well below the time for which a gateway that is to stop works on. */
const LOOK_INTERVAL_MS = 300;
const LOOK_TIMEOUT_MS = 1_500;

/** The front doors, taken in turn as a load balancer would. */
export class Gateways {
  #next = 0;
  #ready: readonly string[];

  constructor(
    private readonly urls: readonly string[],
    private readonly key: string,
  ) {
    this.#ready = urls;
  }

  /** As one that looks whether they are ready, until the signal; otherwise each is knocked at, whatever has become of it. */
  async balance(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const before = this.#ready;
      const looked = await Promise.all(
        this.urls.map(async (url) => ((await isReady(url, before.includes(url))) ? [url] : [])),
      );
      const ready = looked.flat();
      this.#ready = ready.length > 0 ? ready : this.urls;
      await sleep(LOOK_INTERVAL_MS);
    }
    this.#ready = this.urls;
  }

  /** Nothing is asked twice: whoever asked decides what to make of it that there was no answer. */
  async ask(method: 'GET' | 'POST', route: string, body?: unknown): Promise<Answer | Failure> {
    const url = this.#ready[this.#next++ % this.#ready.length] ?? '';
    try {
      const response = await fetch(`${url}${route}`, {
        method,
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      return {
        status: response.status,
        retryAfter: response.headers.has('retry-after'),
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      };
    } catch (error) {
      return { status: undefined, why: whyOf(error) };
    }
  }
}

/** What `fetch` throws is of another realm, and says what happened in its cause only. */
const whyOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined
    ? `${String(error)}: ${String(error.cause)}`
    : String(error);

/** Who is merely slow to say is taken for what they were: with the other one stopped, nobody else is there to be asked. */
const isReady = async (url: string, before: boolean): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    return before && (error as Error).name === 'TimeoutError';
  }
};
