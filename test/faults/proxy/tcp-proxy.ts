import net from 'node:net';
import { once } from 'node:events';

/**
 * What a network may do to connections:
 * - `pass`: nothing
 * - `delay`: every packet comes late, in order
 * - `stall`: nothing gets through; what was sent meanwhile comes afterwards
 * - `swallow`: what is sent is lost, both sides believe in the connection (a router that forgot it)
 * - `deaf`: requests arrive, answers are lost
 * - `refuse`: nobody listens
 */
export type Weather = 'pass' | 'delay' | 'stall' | 'swallow' | 'deaf' | 'refuse';

interface Link {
  readonly client: net.Socket;
  readonly server: net.Socket;
}

const DELAY_MS = 150;

/** Lies between a program and a server, and does to their packets what networks do. */
export class TcpProxy {
  readonly #links = new Set<Link>();
  #weather: Weather = 'pass';
  #server: net.Server | undefined;

  private constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  /** @param port to listen on; 0: any */
  static async open(target: number, port = 0): Promise<TcpProxy> {
    const server = net.createServer({ pauseOnConnect: true });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy((server.address() as net.AddressInfo).port, target);
    proxy.#serve(server);
    return proxy;
  }

  get connections(): number {
    return this.#links.size;
  }

  async become(weather: Weather): Promise<void> {
    const before = this.#weather;
    this.#weather = weather;
    if (weather === 'refuse') await this.#stopListening();
    else if (!this.#server) await this.#listen();
    if (weather === 'refuse') this.reset();
    // A connection that has lost something in its middle would only ever say nonsense.
    if (before === 'swallow' || before === 'deaf') this.reset();
    for (const { client, server } of this.#links)
      for (const socket of [client, server]) {
        if (weather === 'stall') socket.pause();
        else socket.resume();
      }
  }

  /** RST on both sides of every connection, in the middle of whatever they say. */
  reset(): void {
    for (const { client, server } of this.#links) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    this.#links.clear();
  }

  async close(): Promise<void> {
    await this.#stopListening();
    this.reset();
  }

  #serve(server: net.Server): void {
    this.#server = server;
    server.on('error', () => undefined);
    server.on('connection', (client) => {
      this.#join(client);
    });
  }

  async #listen(): Promise<void> {
    const server = net.createServer({ pauseOnConnect: true });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#serve(server);
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    this.reset();
    await closed;
  }

  #join(client: net.Socket): void {
    const server = net.connect({ port: this.target, host: '127.0.0.1' });
    const link: Link = { client, server };
    this.#links.add(link);
    const end = (): void => {
      this.#links.delete(link);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (packet) => {
      this.#carry(packet, server, this.#weather === 'swallow');
    });
    server.on('data', (packet) => {
      this.#carry(packet, client, this.#weather === 'swallow' || this.#weather === 'deaf');
    });
    if (this.#weather === 'stall') server.pause();
    else client.resume();
  }

  #carry(packet: Buffer, to: net.Socket, isLost: boolean): void {
    if (isLost) return;
    if (this.#weather !== 'delay') {
      to.write(packet);
      return;
    }
    // Timers of one length fire in the order in which they were set.
    setTimeout(() => {
      if (!to.destroyed) to.write(packet);
    }, DELAY_MS);
  }
}
