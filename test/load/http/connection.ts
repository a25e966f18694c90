import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)/i;
const STATUS_AT = 9;

/**
 * One kept-alive connection that asks and waits. It reads of an answer what it must, its status and where it ends: `node:http` as a
 * client takes more time for a request than a server for its answer, and the driver would be what is measured.
 */
export class Connection {
  private received = '';
  private settle: { resolve(): void; reject(error: Error): void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (piece: string) => {
      this.received += piece;
      this.look();
    });
    socket.on('error', (error) => this.settle?.reject(error));
    socket.on('close', () => this.settle?.reject(new Error('the server closed a connection')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** @throws Error when the answer is not a success; nothing of a bench may be refused. */
  ask(request: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private look(): void {
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.received.slice(0, headEnd);
    const length = LENGTH.exec(head)?.[1];
    if (length === undefined) {
      this.settle?.reject(new Error(`an answer does not say how long it is: ${head}`));
      return;
    }
    if (this.received.length < headEnd + HEAD_END.length + Number(length)) return;
    const answer = this.received;
    this.received = '';
    if (answer[STATUS_AT] === '2') this.settle?.resolve();
    else this.settle?.reject(new Error(`a request was refused: ${answer}`));
  }
}
