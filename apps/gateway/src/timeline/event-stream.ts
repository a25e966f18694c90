import { type ServerResponse } from 'node:http';
import { type FastifyReply } from 'fastify';

/** Browsers come back after this by themselves. */
const RECONNECT_MS = 2_000;

export interface ServerSentEvent {
  /** Whoever comes back names the last one. Without it: of the moment, and never told again. */
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** One response of server-sent events (WHATWG HTML §9.2). At most one event waits for its reader. */
export class EventStream {
  readonly #aborted = new AbortController();
  readonly #response: ServerResponse;

  /** Aborted when nobody reads any more, whoever ended it. */
  readonly signal = this.#aborted.signal;

  constructor(
    reply: FastifyReply,
    /** `slowReaderTimeoutMs`: how long an event may wait before its reader is cut off; they come back and continue behind it. */
    private readonly limits: { readonly slowReaderTimeoutMs: number },
  ) {
    reply.hijack();
    this.#response = reply.raw;
    this.#response
      .on('close', () => {
        this.#aborted.abort();
      })
      .on('error', () => {
        this.#aborted.abort();
      });
    // Who went away while they were let in has closed it before anybody listened, and will never close it again.
    if (this.#response.destroyed || reply.request.raw.socket.destroyed) {
      this.#aborted.abort();
      return;
    }
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) this.#response.setHeader(name, value);
    this.#response.writeHead(200);
    this.#response.write(`retry: ${String(RECONNECT_MS)}\n\n`);
  }

  /** Resolves when there is room for the next one; false when nobody reads any more. */
  async send({ id, event, data }: ServerSentEvent): Promise<boolean> {
    if (this.signal.aborted) return false;
    // JSON.stringify leaves no line break in its text, so one `data:` line holds all of it.
    const place = id === undefined ? '' : `id: ${id}\n`;
    const hasRoom = this.#response.write(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    return hasRoom || (await this.#drained());
  }

  /** A sign of life that readers skip. Not while an event waits: it would only make the queue longer. */
  comment(): void {
    if (!this.signal.aborted && !this.#response.writableNeedDrain) this.#response.write(':\n\n');
  }

  /** `retryMs`: when the reader is to come back, if not as soon as it usually would. */
  end({ retryMs }: { readonly retryMs?: number } = {}): void {
    if (retryMs !== undefined && !this.signal.aborted) this.#response.write(`retry: ${String(retryMs)}\n\n`);
    this.#aborted.abort();
    this.#response.end();
  }

  #drained(): Promise<boolean> {
    if (this.signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (hasRoom: boolean): void => {
        clearTimeout(timer);
        this.#response.off('drain', onDrain);
        this.signal.removeEventListener('abort', onAbort);
        resolve(hasRoom);
      };
      const onDrain = (): void => {
        settle(true);
      };
      const onAbort = (): void => {
        settle(false);
      };
      const timer = setTimeout(() => {
        this.#response.destroy();
      }, this.limits.slowReaderTimeoutMs);
      this.#response.once('drain', onDrain);
      this.signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
