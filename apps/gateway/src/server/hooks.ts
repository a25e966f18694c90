import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { type Metrics } from '#platform/telemetry';
import { type HttpConfig } from '#wiring';
import { principalOf } from '../access/caller.js';
import { isWrite } from '../limits/admission.js';
import { allowanceOf } from '../limits/allowance.js';
import { rateLimitHeaders, type RateLimits } from '../limits/rate-limits.js';
import { countRequest } from '../metrics/request-metrics.js';
import { rememberProblem } from '../problems/answered-problems.js';
import { languageOf } from '../problems/language.js';
import { problemDocument, problemHeaders } from '../problems/problem-document.js';
import { ProblemError } from '../problems/problem-error.js';
import { assertBrowserOrigin, browserHeaders, varyByOrigin } from '../segment/browser-origins.js';
import { lingerOn } from './linger.js';
import { isSdkRoute } from '../segment/sdk-routes.js';
import { correlationIdOf } from './correlation-id.js';
import { type Draining } from './draining.js';

const DRAINING_RETRY_MS = 5_000;

interface Surroundings {
  readonly draining: Draining;
  readonly logger: Logger;
  readonly strangers: RateLimits;
  readonly metrics: Metrics;
  readonly http: HttpConfig;
}

export function addHooks(
  instance: FastifyInstance,
  { draining, logger, strangers, metrics, http }: Surroundings,
): void {
  instance.addHook('onRequest', (request, reply, done) => {
    void reply.headers({
      'x-request-id': request.id,
      // Nearly everything here is about a person.
      'cache-control': 'no-store',
    });
    // What SDKs and beacons announce says nothing of what they send, and is no reason to refuse it.
    if (isSdkRoute(request.routeOptions.url)) request.raw.headers['content-type'] = 'application/octet-stream';
    const isHealth = request.routeOptions.url === '/livez' || request.routeOptions.url === '/readyz';
    if (draining.begun && !isHealth) done(new ProblemError('shutting_down', { retryAfterMs: DRAINING_RETRY_MS }));
    else done();
  });
  instance.addHook('onSend', (request, reply, payload, done) => {
    if (draining.leaving) void reply.header('connection', 'close');
    const spent = allowanceOf(request.raw)?.spent;
    if (spent) void reply.headers(rateLimitHeaders(spent));
    // The answers to writes tell of what was wrong in the caller's language, one by one.
    if (isWrite(request.raw)) void reply.headers(languageHeaders(request));
    done(null, reply.statusCode === 401 ? afterFailure(strangers, request, reply, payload) : payload);
  });
  addBrowserHooks(instance, http);
  instance.addHook('onResponse', (request, reply, done) => {
    lingerOn(request.raw);
    logRequest(logger, request, reply);
    countRequest(metrics, request, reply);
    done();
  });
}

/** Whatever becomes of the request of a page, its script must be able to read it, and nobody else's. */
function addBrowserHooks(instance: FastifyInstance, { browserOrigins }: HttpConfig): void {
  instance.addHook('onRequest', ({ routeOptions, headers, method }, reply, done) => {
    if (isSdkRoute(routeOptions.url)) {
      void reply.headers(browserHeaders(headers, browserOrigins));
      // A preflight is answered like any other; what it does not say is the refusal.
      if (method !== 'OPTIONS') assertBrowserOrigin(headers, browserOrigins);
    }
    done();
  });
  instance.addHook('onSend', ({ routeOptions }, reply, payload, done) => {
    const vary = isSdkRoute(routeOptions.url) ? varyByOrigin(reply.getHeader('vary'), browserOrigins) : '';
    if (vary !== '') void reply.header('vary', vary);
    done(null, payload);
  });
}

const languageHeaders = ({ headers }: FastifyRequest) => ({
  'content-language': languageOf(headers['accept-language']),
  vary: 'accept-language',
});

/** Whoever cannot say who they are is counted by their address, so that nobody tries keys without end. */
function afterFailure(strangers: RateLimits, request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const spent = strangers.spendAsStranger(request.ip, 1);
  void reply.headers(rateLimitHeaders(spent));
  if (spent.ok) return payload;
  const language = languageOf(request.headers['accept-language']);
  const problem = new ProblemError('rate_limited', { retryAfterMs: spent.retryAfterMs });
  rememberProblem(request.raw, problem.code);
  const document = JSON.stringify(problemDocument(problem, correlationIdOf(request.raw), language));
  void reply
    .code(problem.status)
    .removeHeader('www-authenticate')
    .headers({ ...problemHeaders(problem, language), 'content-length': Buffer.byteLength(document) });
  return document;
}

/** Ids only: a name is about a person. */
function callerOf({ raw }: FastifyRequest): Readonly<Record<string, string>> {
  const principal = principalOf(raw);
  if (principal === undefined) return {};
  return principal.kind === 'key' ? { keyId: principal.id } : { userId: principal.id };
}

/** The pattern of the route and never the address: that holds e-mail addresses and telephone numbers. */
function logRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  logger.info(
    {
      requestId: request.id,
      traceId: correlationIdOf(request.raw),
      ...callerOf(request),
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    },
    'request',
  );
}
