import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '#testing';
import { TcpProxy } from './tcp-proxy.js';

/** Long enough for what would come on this machine to have come. */
const SILENCE_MS = 60;

describe('the TCP proxy', () => {
  let server: net.Server;
  let proxy: TcpProxy;
  let heard = '';

  beforeEach(async () => {
    heard = '';
    server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        heard += chunk.toString();
        socket.write(chunk);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.open((server.address() as net.AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    server.close();
  });

  const join = async (): Promise<{ readonly socket: net.Socket; answers: string; ended: boolean }> => {
    const socket = net.connect(proxy.port, '127.0.0.1');
    const client = { socket, answers: '', ended: false };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (client.answers += chunk.toString()));
    socket.on('close', () => (client.ended = true));
    await once(socket, 'connect');
    return client;
  };

  it('passes everything on, in order, also when it comes late', async () => {
    const client = await join();
    client.socket.write('one ');
    await until(() => client.answers === 'one ', 'an answer');
    await proxy.become('delay');
    for (const word of ['two ', 'three ', 'four']) client.socket.write(word);
    await until(() => client.answers === 'one two three four', 'all of it');
  });

  it('stalls, and brings what was sent meanwhile', async () => {
    const client = await join();
    await proxy.become('stall');
    client.socket.write('waits');
    await sleep(SILENCE_MS);
    expect(heard).toBe('');
    await proxy.become('pass');
    await until(() => client.answers === 'waits', 'the answer');
  });

  it.each([
    ['swallow', ''],
    ['deaf', 'lost'],
  ] as const)(
    '%s: loses what is said without a word, and breaks the connection when it is over',
    async (weather, arrived) => {
      const client = await join();
      await proxy.become(weather);
      client.socket.write('lost');
      await sleep(SILENCE_MS);
      await until(() => heard === arrived, 'what arrives');
      expect(client).toMatchObject({ answers: '', ended: false });
      await proxy.become('pass');
      await until(() => client.ended, 'the end of the connection');
    },
  );

  it('refuses, and listens again', async () => {
    const client = await join();
    await proxy.become('refuse');
    await until(() => client.ended, 'the end of the connection');
    await expect(join()).rejects.toThrow(/ECONNREFUSED/);
    await proxy.become('pass');
    const again = await join();
    again.socket.write('hello');
    await until(() => again.answers === 'hello', 'an answer');
  });

  it('resets every connection, and takes new ones', async () => {
    const client = await join();
    proxy.reset();
    await until(() => client.ended, 'the end of the connection');
    expect(proxy.connections).toBe(0);
    await join();
  });
});
