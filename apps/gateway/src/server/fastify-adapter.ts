import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type HttpConfig } from '#wiring';
import { answerProblem } from '../problems/answer-problem.js';
import { ProblemError } from '../problems/problem-error.js';
import { toProblem } from '../problems/to-problem.js';
import { answerClientError } from './client-errors.js';

/** Request line and headers together; Node's own default, said aloud. */
const HEADER_BYTES = 16_384;
/** Headers must be complete after this: somebody who sends a byte a minute holds a connection, not more. */
const HEADERS_TIMEOUT_MS = 20_000;
/**
 * A connection on which nothing moves in either direction. There is no limit on the time of a whole request: an upload of lines may take
 * hours. Bodies that are not streamed have their own (BODY_TIMEOUT_MS).
 */
const IDLE_TIMEOUT_MS = 120_000;
/** Browsers and proxies agree on this much. */
const URL_LENGTH = 8_192;
/** `kind:value` with a value of 512 characters, percent-encoded in UTF-8. */
const PARAMETER_LENGTH = 4_096;

export function createAdapter({ trustedProxies }: HttpConfig): FastifyAdapter {
  const adapter = new FastifyAdapter({
    http: { maxHeaderSize: HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 5_000 },
    // Whose word on the caller's address is taken; nobody's unless told.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    connectionTimeout: IDLE_TIMEOUT_MS,
    requestTimeout: 0,
    routerOptions: { maxParamLength: PARAMETER_LENGTH },
    // Answered by our own hook, as a problem.
    return503OnClosing: false,
    // Nothing of ours is Nest middleware: guards see the route, middleware sees a spelling.
    skipMiddie: true,
    clientErrorHandler: answerClientError,
    // What the router refuses before there is a route: a malformed or an over-long address.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      answerProblem(toProblem(error), request, reply);
    },
  });
  const instance = adapter.getInstance();
  // Bodies are read by the controllers, after the guard: nobody without a key makes us hold a byte of theirs.
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  // RFC 9110 §10.1.1 lets a server go on when it does not know what is expected; Node's own answer is a bare 417, past all guards and logs.
  instance.server.on('checkExpectation', (message, response) => instance.server.emit('request', message, response));
  instance.addHook('onRequest', (request, _reply, done) => {
    if (request.raw.url !== undefined && request.raw.url.length > URL_LENGTH) done(new ProblemError('uri_too_long'));
    else done();
  });
  return adapter;
}
