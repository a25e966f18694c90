import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate as soon } from 'node:timers';
import { type Logger } from 'pino';
import { may, parseTraceContext, type Permission } from '#contracts';
import { type Metrics, prepareLines, type PreparedLine, type PrepareLine } from '#platform/telemetry';
import { type KeyPrincipal } from '#wiring';
import { type Authenticator } from '../access/authenticator.js';
import { type Caller, senderTrace } from '../access/caller.js';
import { ACCESS } from '../access/required-access.js';
import { type Bodies } from '../intake/bodies.js';
import { type TouchpointIntake } from '../intake/touchpoint-intake.js';
import { type Admission } from '../limits/admission.js';
import { Allowance } from '../limits/allowance.js';
import { type RateLimits } from '../limits/rate-limits.js';
import { RequestCounts } from '../metrics/request-counts.js';
import { languageOf } from '../problems/language.js';
import { logServerProblem } from '../problems/log-server-problem.js';
import { problemDocument, problemHeaders } from '../problems/problem-document.js';
import { toProblem } from '../problems/to-problem.js';
import { type Draining } from '../server/draining.js';
import { lingerOn } from '../server/linger.js';
import { TouchpointsController } from '../touchpoints/touchpoints.controller.js';
import { headLines } from './head-lines.js';
import { isUsual, PATH } from './usual-request.js';

export interface ShortPathParts {
  readonly intake: TouchpointIntake;
  readonly bodies: Bodies;
  readonly authenticator: Authenticator;
  readonly limits: RateLimits;
  readonly draining: Draining;
  readonly metrics: Metrics;
  readonly admission: Admission;
  readonly logger: Logger;
  /** Names and values of headers that every answer has. */
  readonly fixedHeaders: readonly string[];
}

/** A caller that was met before. The same object stands for a key until it is looked up again. */
interface Known {
  readonly allowed: boolean;
  readonly line: PreparedLine;
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
  readonly allowance: Allowance;
  readonly line: PreparedLine;
  readonly requestId: string;
  readonly sinceMs: number;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The usual request, JSON to `POST /v1/touchpoints` with a key that was verified a moment ago, straight from Node's server: the same
 * guards, limits, intake and answers without router, hooks and interceptors around them. It refuses nobody before the body is read:
 * whoever is not sure to be let in, and everything that is in the least unusual, is left to the framework, untouched.
 */
export class ShortPath {
  readonly #permission: Permission | undefined;
  readonly #known = new WeakMap<KeyPrincipal, Known>();
  readonly #prepare: PrepareLine;
  readonly #counts: RequestCounts;
  #taken = 0;
  /** What came in this turn of the event loop. */
  #turn: Exchange[] = [];

  constructor(private readonly parts: ShortPathParts) {
    this.#permission = permissionOfRoute();
    this.#prepare = prepareLines(parts.logger);
    this.#counts = new RequestCounts(parts.metrics, PATH);
    parts.metrics.gauge(
      'safar_short_path_requests_count',
      'Requests since the start that took the short path',
      () => this.#taken,
    );
  }

  take(message: IncomingMessage, response: ServerResponse): boolean {
    if (!isUsual(message, this.parts.bodies.limitBytes) || this.parts.draining.begun) return false;
    const principal = this.parts.authenticator.recent(message.headers.authorization);
    if (!principal) return false;
    const known = this.#knownAs(principal);
    if (!known.allowed) return false;
    const allowance = new Allowance(this.parts.limits, this.parts.admission, message, { principal, address: '' });
    if (!allowance.tryFirst()) return false;
    this.#taken += 1;
    const exchange: Exchange = {
      ...{ message, response, allowance, line: known.line },
      caller: callerOf(message, principal),
      requestId: randomUUID(),
      sinceMs: performance.now(),
    };
    // By then a body that came with the head is there. And what is done for many, one kind of step after the other, meets warm caches.
    if (this.#turn.push(exchange) === 1) soon(() => this.#workOnTurn());
    return true;
  }

  #workOnTurn(): void {
    const exchanges = this.#turn;
    this.#turn = [];
    for (const exchange of exchanges) void this.#work(exchange);
  }

  async #work(exchange: Exchange): Promise<void> {
    try {
      const answered = await this.#answerOf(exchange);
      this.#send(exchange, answered);
    } catch (err) {
      this.parts.logger.error({ err, traceId: exchange.caller.correlationId }, 'a request was left without an answer');
      exchange.response.destroy();
    }
  }

  async #answerOf({ message, caller, allowance }: Exchange): Promise<Answered> {
    const charge = (items: number): void => {
      allowance.take(items);
    };
    try {
      const { status, type, body } = await this.parts.bodies.read(message, (bytes) =>
        this.parts.intake.takeBody(bytes, { caller, strict: false, charge }),
      );
      if (typeof body !== 'string') throw new Error('the answer to JSON is no text');
      return { status, headers: { 'content-type': type }, body };
    } catch (error) {
      const problem = toProblem(error);
      logServerProblem(this.parts.logger, problem, caller.correlationId);
      this.parts.metrics.problems.labels(problem.code).inc();
      const { correlationId, language } = caller;
      const body = JSON.stringify(problemDocument(problem, correlationId, language));
      return { status: problem.status, headers: problemHeaders(problem, language), body };
    }
  }

  #send({ message, response, caller, allowance, line, requestId, sinceMs }: Exchange, answered: Answered): void {
    const { status, body } = answered;
    // Whoever has gone is not answered.
    if (!message.socket.destroyed)
      response
        .writeHead(
          status,
          headLines(this.parts.fixedHeaders, answered, {
            ...{ requestId, language: caller.language, spent: allowance.spent, closing: this.parts.draining.leaving },
          }),
        )
        .end(body);
    if (!message.complete) lingerOn(message);
    const tookMs = performance.now() - sinceMs;
    this.#counts.count(status, tookMs / 1_000);
    line.write({ requestId, traceId: caller.correlationId, status, durationMs: Math.round(tookMs) });
  }

  #knownAs(principal: KeyPrincipal): Known {
    const before = this.#known.get(principal);
    if (before) return before;
    const line = this.#prepare('request', { keyId: principal.id, method: 'POST', route: PATH });
    const known = { allowed: this.#permission !== undefined && may(principal, this.#permission), line };
    this.#known.set(principal, known);
    return known;
  }
}

/** What the route's own decorator says; nobody may do anything when it says nothing of that kind. */
function permissionOfRoute(): Permission | undefined {
  const access: unknown = Reflect.getMetadata(ACCESS, Reflect.get(TouchpointsController.prototype, 'record'));
  // Written by `RequireAbility` alone.
  return typeof access === 'object' && access !== null && 'action' in access ? (access as Permission) : undefined;
}

function callerOf({ headers }: IncomingMessage, principal: KeyPrincipal): Caller {
  const { traceparent, tracestate } = headers;
  const trace = traceparent === undefined ? undefined : parseTraceContext(traceparent, tracestate);
  const correlationId = trace?.traceId ?? randomUUID().replaceAll('-', '');
  const language = languageOf(headers['accept-language']);
  return { principal, correlationId, language, ...(trace && { trace: senderTrace(trace) }) };
}
