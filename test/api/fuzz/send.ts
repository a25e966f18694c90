import { Agent, type IncomingMessage, request, validateHeaderValue } from 'node:http';
import { type FuzzAnswer } from '../support/may-be-busy.js';
import { type FuzzRequest } from './requests.js';

/** Sends generated requests over connections that are kept. */
export class Sender {
  private readonly agent: Agent;

  constructor(
    private readonly port: number,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  send({ method, url, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request({
        ...{ host: '127.0.0.1', port: this.port, agent: this.agent, method, path: asSent(url) },
        headers: {
          ...Object.fromEntries(Object.entries(headers).filter(([name, value]) => canBeSent(name, value))),
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        },
      });
      sent.once('error', reject);
      sent.once('response', (answer) => {
        read(answer).then(resolve, reject);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** HTTP clients refuse to write anything else into an address. */
const asSent = (url: string): string =>
  url.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd')));

function canBeSent(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

async function read(answer: IncomingMessage): Promise<FuzzAnswer> {
  const { 'content-type': type, 'retry-after': retryAfter } = answer.headers;
  const pieces: Buffer[] = [];
  // A stream without an end: it is enough that it began.
  if (String(type).startsWith('text/event-stream')) answer.destroy();
  else for await (const piece of answer) pieces.push(piece as Buffer);
  return { status: answer.statusCode ?? 0, retryAfter, type, body: Buffer.concat(pieces).toString() };
}
