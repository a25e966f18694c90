import { Inject, Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { type Permission } from '#contracts';
import { type HttpConfig } from '#wiring';
import { principalOf } from '../access/caller.js';
import { Authenticator } from '../access/authenticator.js';
import { Shares } from '../limits/shares.js';
import { ProblemError } from '../problems/problem-error.js';
import { GATEWAY_LOGGER, HTTP_CONFIG } from '../server/tokens.js';
import { EventStream, type ServerSentEvent } from './event-stream.js';

/**
 * How often is asked whether the reader still may; also the pulse that keeps proxies from closing a silent stream. What another
 * process revoked is known 2 s later, so a stream ends within 5 s of it.
 */
const PULSE_MS = 2_000;
const FULL_RETRY_MS = 10_000;
/** Of one caller: pages that are open in the browsers of a person. */
const LEAST = 20;
/** Whoever a shutdown sends away comes back within this time, not all in one moment: another gateway has to take them in. */
const RETURN_WITHIN_MS = 5_000;

export interface LiveSource {
  /** What is sent, until the signal. */
  readonly events: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>;
  /** What the reader has to be allowed for as long as the stream is open. */
  readonly permission: Permission;
}

/** The live streams that are open, and what ends them: the reader, a revoked key, a slow reader, the shutdown. */
@Injectable()
export class LiveStreams {
  readonly #open = new Set<EventStream>();
  readonly #shares: Shares;

  constructor(
    private readonly authenticator: Authenticator,
    @Inject(HTTP_CONFIG) private readonly config: HttpConfig,
    @Inject(GATEWAY_LOGGER) private readonly logger: Logger,
  ) {
    this.#shares = new Shares(config.liveStreams, LEAST);
  }

  open(request: FastifyRequest, reply: FastifyReply, source: LiveSource): void {
    if (this.#open.size >= this.config.liveStreams)
      throw new ProblemError('overloaded', { retryAfterMs: FULL_RETRY_MS });
    const principal = principalOf(request.raw);
    if (principal === undefined) throw new Error('a live stream is open to everybody');
    const giveBack = request.method === 'HEAD' ? undefined : this.#shares.take(principal);
    void reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    // Its headers are all that HEAD asks for.
    if (giveBack === undefined) void reply.send();
    else {
      const stream = new EventStream(reply, { slowReaderTimeoutMs: this.config.slowReaderTimeoutMs });
      void this.#run(stream, request, source).finally(giveBack);
    }
  }

  get count(): number {
    return this.#open.size;
  }

  closeAll(): void {
    const apartMs = RETURN_WITHIN_MS / (this.#open.size + 1);
    for (const [index, stream] of [...this.#open].entries()) stream.end({ retryMs: Math.ceil((index + 1) * apartMs) });
  }

  async #run(stream: EventStream, request: FastifyRequest, source: LiveSource): Promise<void> {
    this.#open.add(stream);
    const pulse = setInterval(() => void this.#check(stream, request, source.permission), PULSE_MS);
    try {
      for await (const event of source.events(stream.signal)) if (!(await stream.send(event))) break;
    } catch (error) {
      if (!stream.signal.aborted) this.logger.error({ err: error }, 'a live stream broke off');
    } finally {
      clearInterval(pulse);
      this.#open.delete(stream);
      stream.end();
    }
  }

  async #check(stream: EventStream, request: FastifyRequest, permission: Permission): Promise<void> {
    try {
      await this.authenticator.authorize(request, permission, { activity: false });
      stream.comment();
    } catch {
      // Refused, or nobody can tell at the moment: the reader comes back and is told which.
      stream.end();
    }
  }
}
