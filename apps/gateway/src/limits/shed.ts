import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { languageOf } from '../problems/language.js';
import { problemDocument, problemHeaders } from '../problems/problem-document.js';
import { ProblemError } from '../problems/problem-error.js';
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
export function shedBeforeRouting(server: Server, admission: Admission, shortPath?: TakesShortPath): void {
  // What listens to this event of a server is one of these.
  const [handle] = server.listeners('request') as RequestListener[];
  if (handle === undefined) throw new Error('nobody answers the requests of this server');
  server.removeAllListeners('request');
  server.on('request', (message, response) => {
    if (!admitOrShed(admission, message, response)) return;
    if (shortPath?.take(message, response) !== true) void handle.call(server, message, response);
  });
}

/** @returns false when it was answered */
function admitOrShed(admission: Admission, message: IncomingMessage, response: ServerResponse): boolean {
  if (!isWrite(message)) return true;
  const entered = admission.enter(message, (left) => response.once('close', left));
  if (entered) return true;
  const problem = new ProblemError('overloaded', { retryAfterMs: admission.retryAfterMs() });
  const language = languageOf(message.headers['accept-language']);
  const body = JSON.stringify(problemDocument(problem, correlationIdOf(message), language));
  response.writeHead(problem.status, {
    ...problemHeaders(problem, language),
    'x-request-id': randomUUID(),
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
  return false;
}
