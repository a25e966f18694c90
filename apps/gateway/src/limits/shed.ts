import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { setImmediate as soon } from 'node:timers';
import { type HttpConfig } from '#wiring';
import { languageOf } from '../problems/language.js';
import { problemDocument, problemHeaders } from '../problems/problem-document.js';
import { statusOf } from '../problems/problem-codes.js';
import { browserHeaders, varyByOrigin } from '../segment/browser-origins.js';
import { isSdkRoute } from '../segment/sdk-routes.js';
import { correlationIdOf } from '../server/correlation-id.js';
import { type Admission, isWrite } from './admission.js';

export interface TakesShortPath {
  /** @returns false when the request is somebody else's to answer, and nothing was done about it */
  take(message: IncomingMessage, response: ServerResponse): boolean;
}

/**
 * Puts the decision before the framework: a refusal through routing, guards and filters is one that the work under
 * way pays for. What the short path takes does not meet the framework either. Call it once the framework listens to the server.
 */
export function shedBeforeRouting(server: Server, gate: Gate): void {
  // What listens to this event of a server is one of these.
  const [handle] = server.listeners('request') as RequestListener[];
  if (handle === undefined) throw new Error('nobody answers the requests of this server');
  server.removeAllListeners('request');
  const refusals = new Refusals(gate);
  // One connection may bring as many writes as are let in, and each listens for its end.
  server.on('connection', (socket) => {
    socket.setMaxListeners(0);
    gate.admission.decideFor(socket);
  });
  server.on('request', (message, response) => {
    if (isWrite(message) && !gate.admission.enter(message, leavingWith(message, response)))
      refusals.add(message, response);
    else if (gate.shortPath?.take(message, response) !== true) void handle.call(server, message, response);
  });
}

/**
 * A write has left when its answer is over, or its connection: of answers that wait behind another on one connection, Node closes none when
 * that goes.
 */
const leavingWith =
  ({ socket }: IncomingMessage, response: ServerResponse) =>
  (left: () => void): void => {
    const leave = (): void => {
      response.off('close', leave);
      socket.off('close', leave);
      left();
    };
    // Not `once`: it takes itself off, and a wrapper for each of both is a cost of every write.
    response.on('close', leave);
    socket.on('close', leave);
  };

export interface Gate {
  readonly admission: Admission;
  readonly browserOrigins: HttpConfig['browserOrigins'];
  readonly shortPath?: TakesShortPath | undefined;
  /** The server is about to close: connections end with their answer. */
  readonly isLeaving: () => boolean;
}

/**
 * Those of one turn of the event loop are answered together: what is done for one behind the other costs half of what it costs in between
 * other work.
 */
class Refusals {
  #turn: (readonly [IncomingMessage, ServerResponse])[] = [];

  constructor(private readonly gate: Gate) {}

  add(message: IncomingMessage, response: ServerResponse): void {
    if (this.#turn.push([message, response]) > 1) return;
    soon(() => {
      const refused = this.#turn;
      this.#turn = [];
      for (const [asked, answer] of refused) this.#refuse(asked, answer);
    });
  }

  #refuse(message: IncomingMessage, response: ServerResponse): void {
    const { admission, browserOrigins, isLeaving } = this.gate;
    // Of those there are thousands a second: no error is made, whose stack alone takes a quarter of what a refusal costs.
    const details = { retryAfterMs: admission.retryAfterMs() };
    const problem = { code: 'overloaded', status: statusOf.overloaded, details } as const;
    const language = languageOf(message.headers['accept-language']);
    const body = JSON.stringify(problemDocument(problem, correlationIdOf(message), language));
    const lines = ['x-request-id', randomUUID(), 'x-content-type-options', 'nosniff'];
    const headers = { ...problemHeaders(problem, language), ...forBrowsers(message, browserOrigins) };
    for (const name in headers) lines.push(name, headers[name] ?? '');
    lines.push('content-length', String(Buffer.byteLength(body)));
    if (isLeaving()) lines.push('connection', 'close');
    response.writeHead(problem.status, lines).end(body);
  }
}

/** Without them the script of a page would not learn when to come back. */
function forBrowsers(
  { url = '', headers }: IncomingMessage,
  allowed: HttpConfig['browserOrigins'],
): Readonly<Record<string, string>> {
  if (headers.origin === undefined || !isSdkRoute(url.split('?', 1)[0])) return {};
  return { ...browserHeaders(headers, allowed), vary: varyByOrigin('accept-language', allowed) };
}
