import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { principalOf } from '../access/caller.js';
import { ProblemError } from '../problems/problem-error.js';
import { correlationIdOf } from './correlation-id.js';
import { type Draining } from './draining.js';

const DRAINING_RETRY_MS = 5_000;
/** How long somebody may go on sending a body that was answered before it was read. */
const LINGER_MS = 5_000;

export function addHooks(
  instance: FastifyInstance,
  { draining, logger }: { draining: Draining; logger: Logger },
): void {
  instance.addHook('onRequest', (request, reply, done) => {
    void reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      // Nearly everything here is about a person.
      'cache-control': 'no-store',
    });
    const isHealth = request.routeOptions.url === '/livez' || request.routeOptions.url === '/readyz';
    if (draining.begun && !isHealth) done(new ProblemError('shutting_down', { retryAfterMs: DRAINING_RETRY_MS }));
    else done();
  });
  instance.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining.begun) void reply.header('connection', 'close');
    done();
  });
  instance.addHook('onResponse', (request, reply, done) => {
    lingerOn(request);
    logRequest(logger, request, reply);
    done();
  });
}

/**
 * Reads on for a while after an early answer, and throws it away: closing at once would reset the connection, and a sender who is still
 * writing would never see why.
 */
function lingerOn({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return;
  const { socket } = raw;
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('close', stop);
  };
  const timer = setTimeout(() => {
    raw.destroy();
  }, LINGER_MS).unref();
  socket.once('close', stop);
  raw.once('end', stop).resume();
}

/** The pattern of the route and never the address: that holds e-mail addresses and telephone numbers. */
function logRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  logger.info(
    {
      requestId: request.id,
      traceId: correlationIdOf(request.raw),
      keyId: principalOf(request.raw)?.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    },
    'request',
  );
}
