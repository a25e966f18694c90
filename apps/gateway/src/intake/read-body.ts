import { type IncomingMessage } from 'node:http';
import { admissionOf } from '../limits/admission.js';
import { ProblemError } from '../problems/problem-error.js';
import { type BodyBudget } from './body-budget.js';
import { BODY_TIMEOUT_MS } from './limits.js';

const BUDGET_RETRY_MS = 1_000;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface BodyLimits {
  readonly limitBytes: number;
  readonly budget: BodyBudget;
  /** It must be there after this. */
  readonly timeoutMs?: number;
}

/** As `withBytes`, of text: without its byte-order mark. */
export const withBody = <T>(
  message: IncomingMessage,
  limits: BodyLimits,
  use: (body: Uint8Array) => Promise<T>,
): Promise<T> =>
  withBytes(message, limits, (body) => use(body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? body.subarray(3) : body));

/**
 * Reads a whole body, within a limit of its own and within the budget of all, and lends its bytes to `use`.
 * @throws ProblemError `body_too_large`, `overloaded`, `request_timeout` or `empty_body`
 */
export async function withBytes<T>(
  message: IncomingMessage,
  { limitBytes, budget, timeoutMs = BODY_TIMEOUT_MS }: BodyLimits,
  use: (body: Buffer) => Promise<T>,
): Promise<T> {
  // Said before it is sent: no byte of it needs to be read.
  if (Number(message.headers['content-length'] ?? 0) > limitBytes) throw new ProblemError('body_too_large');
  let taken = 0;
  const admit = (bytes: number): ProblemError | undefined => {
    if (taken + bytes > limitBytes) return new ProblemError('body_too_large');
    if (!budget.take(bytes)) return new ProblemError('overloaded', { retryAfterMs: BUDGET_RETRY_MS });
    taken += bytes;
    return undefined;
  };
  const release = (): void => {
    budget.giveBack(taken);
    taken = 0;
  };
  try {
    const body = arrived(message, admit) ?? (await collect(message, { admit, release, budget, timeoutMs }));
    if (body.length === 0) throw new ProblemError('empty_body');
    return await use(body);
  } finally {
    release();
  }
}

/** A body that came together with the head: one piece, of which no listener and no timer need to know. */
function arrived(message: IncomingMessage, admit: (bytes: number) => ProblemError | undefined): Buffer | undefined {
  if (!message.complete) return undefined;
  const body: unknown = message.read();
  if (!(body instanceof Buffer)) return undefined;
  const refusal = admit(body.length);
  if (refusal) throw refusal;
  return body;
}

interface Lending {
  readonly admit: (bytes: number) => ProblemError | undefined;
  /** Gives back at once what was admitted. */
  readonly release: () => void;
  readonly budget: BodyBudget;
  readonly timeoutMs: number;
}

/** Not `for await`: leaving that loop early destroys the socket, and with it the answer. */
function collect(message: IncomingMessage, { admit, release, budget, timeoutMs }: Lending): Promise<Buffer> {
  const admission = admissionOf(message);
  const overloaded = (): ProblemError =>
    new ProblemError('overloaded', { retryAfterMs: admission?.retryAfterMs() ?? 0 });
  return new Promise((resolve, reject) => {
    const body = new GrowingBuffer(Number(message.headers['content-length'] ?? 0));
    const stop = (): void => {
      clearTimeout(timer);
      awaited.done();
      message.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    };
    const refuse = (error: Error): void => {
      stop();
      admission?.bodyAbandoned(message);
      message.pause();
      reject(error);
    };
    const onData = (piece: Buffer): void => {
      awaited.came(piece.length);
      const refusal = admit(piece.length);
      if (refusal === undefined) body.add(piece);
      else refuse(refusal);
    };
    const onEnd = (): void => {
      stop();
      if (admission?.bodyArrived(message) === false) reject(overloaded());
      else resolve(body.bytes);
    };
    const onError = (cause: Error): void => {
      refuse(new ProblemError('malformed_request', { cause }));
    };
    const onClose = (): void => {
      refuse(new ProblemError('malformed_request'));
    };
    const timer = setTimeout(() => {
      refuse(new ProblemError('request_timeout'));
    }, timeoutMs);
    const awaited = budget.await(() => {
      release();
      refuse(overloaded());
    });
    admission?.awaitBody(message, () => {
      refuse(overloaded());
    });
    message.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

const SMALLEST = 4_096;

/**
 * Bytes copied behind each other. Keeping the pieces as they arrive would keep some hundred bytes around each of them: sent byte by byte,
 * 4 MB took 1.7 GB. At most twice the bytes that came, or what was announced of them as they come.
 */
class GrowingBuffer {
  private memory = Buffer.allocUnsafe(SMALLEST);
  private used = 0;

  constructor(private readonly announced: number) {}

  get bytes(): Buffer {
    return this.memory.subarray(0, this.used);
  }

  add(piece: Uint8Array): void {
    const needed = this.used + piece.length;
    if (needed > this.memory.length) {
      const doubled = Math.max(needed, 2 * this.memory.length);
      // Never more than twice what is there: whoever announces much and sends nothing costs nothing.
      const grown = Buffer.allocUnsafe(needed <= this.announced ? Math.min(doubled, this.announced) : doubled);
      this.memory.copy(grown, 0, 0, this.used);
      this.memory = grown;
    }
    this.memory.set(piece, this.used);
    this.used = needed;
  }
}
