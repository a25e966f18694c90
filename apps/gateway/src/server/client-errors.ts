import { type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type ProblemCode } from '../problems/problem-codes.js';
import { problemDocument, problemHeaders } from '../problems/problem-document.js';
import { ProblemError } from '../problems/problem-error.js';

const byErrorCode: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

type UnreadableRequest = NodeJS.ErrnoException & {
  /** What was read last; with the beginning of the request, where that is not long. */
  readonly rawPacket?: unknown;
};

/** Whoever asks for HEAD takes what follows the headers for another answer. */
const isHead = ({ rawPacket }: UnreadableRequest): boolean =>
  Buffer.isBuffer(rawPacket) && rawPacket.toString('latin1', 0, 5) === 'HEAD ';

/** What Node could not even read as a request: there is no request object and no language, only a socket. */
export function answerClientError(error: UnreadableRequest, socket: Socket): void {
  // After a reset there is nobody to answer.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new ProblemError(byErrorCode[error.code ?? ''] ?? 'malformed_request');
  const body = JSON.stringify(problemDocument(problem, randomUUID().replaceAll('-', ''), 'en'));
  const headers = { ...problemHeaders(problem, 'en'), 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  socket.write(
    `HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${isHead(error) ? '' : body}`,
  );
  // Not end(): that waits for the other side, who may never close theirs.
  socket.destroySoon();
}
