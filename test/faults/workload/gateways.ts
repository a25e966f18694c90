export interface Answer {
  readonly status: number;
  readonly retryAfter: boolean;
  readonly body: unknown;
}

/** Longer than a gateway takes to give an answer of its own, so that what is cut short is what hangs. */
const TIMEOUT_MS = 15_000;

/** The front doors, taken in turn as a load balancer would. */
export class Gateways {
  #next = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly key: string,
  ) {}

  /** Nothing when there was no answer, or half of one. */
  async ask(method: 'GET' | 'POST', route: string, body?: unknown): Promise<Answer | undefined> {
    const url = this.urls[this.#next++ % this.urls.length] ?? '';
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
    } catch {
      return undefined;
    }
  }
}
