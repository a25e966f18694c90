import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { type AddressInfo } from 'node:net';

export interface Passed {
  readonly status: number;
  readonly requestHeaders: IncomingHttpHeaders;
  readonly headers: IncomingHttpHeaders;
  /** The answer never reached the sender. */
  readonly lost: boolean;
}

/**
 * Stands between a sender and a server that may move to another address, and loses answers: the server has done its work, and the
 * sender cannot know.
 */
export class LossyProxy {
  readonly passed: Passed[] = [];
  /** Base address of the server. */
  target: string;
  /** Whether the answer to this request is lost, counted from 0. */
  loses: (index: number) => boolean = () => false;
  #count = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    target: string,
  ) {
    this.target = target;
  }

  static async open(target: string): Promise<LossyProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const proxy = new LossyProxy(server, `http://127.0.0.1:${String(port)}`, target);
    server.on('request', (message: IncomingMessage, answer: ServerResponse) => {
      // A server that is away is a connection that breaks.
      proxy.#pass(message, answer).catch(() => answer.destroy());
    });
    return proxy;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #pass(message: IncomingMessage, answer: ServerResponse): Promise<void> {
    const index = this.#count++;
    const body = await buffer(message);
    const { method = 'GET', url = '/', headers } = message;
    const sent = request(`${this.target}${url}`, { method, headers });
    sent.end(body);
    const [received] = (await once(sent, 'response')) as [IncomingMessage];
    const content = await buffer(received);
    const status = received.statusCode ?? 0;
    const lost = this.loses(index);
    this.passed.push({ status, requestHeaders: headers, headers: received.headers, lost });
    if (lost) answer.destroy();
    else answer.writeHead(status, received.headers).end(content);
  }
}
