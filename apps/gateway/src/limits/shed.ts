import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { languageOf } from '../problems/language.js';
import { problemDocument, problemHeaders } from '../problems/problem-document.js';
import { ProblemError } from '../problems/problem-error.js';
import { correlationIdOf } from '../server/correlation-id.js';
import { type Admission, isWrite } from './admission.js';

/**
 * Puts the decision before the framework: a refusal through routing, guards and filters is one that the work under
 * way pays for. Call it once the framework listens to the server.
 */
export function shedBeforeRouting(server: Server, admission: Admission): void {
  // What listens to this event of a server is one of these.
  const [handle] = server.listeners('request') as RequestListener[];
  if (handle === undefined) throw new Error('nobody answers the requests of this server');
  server.removeAllListeners('request');
  server.on('request', (message, response) => {
    if (admitOrShed(admission, message, response)) void handle.call(server, message, response);
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
