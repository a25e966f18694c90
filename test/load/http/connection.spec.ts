import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Connection } from './connection.js';
import { Requests } from './requests.js';

describe('a connection of the driver', () => {
  const open = async (answer: (socket: Socket) => void) => {
    const server = createServer((socket) =>
      socket.on('data', () => {
        answer(socket);
      }),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { server, connection: await Connection.open(port) };
  };

  it('waits for the last byte of an answer', async () => {
    let asked: (socket: Socket) => void = () => undefined;
    const question = new Promise<Socket>((resolve) => (asked = resolve));
    const { server, connection } = await open((socket) => {
      asked(socket);
    });
    let answered = false;
    const answer = connection.ask('GET').then(() => (answered = true));
    const socket = await question;
    socket.write('HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nab');
    for (let turns = 0; turns < 20; turns++) await nextTurn();
    expect(answered).toBe(false);
    socket.write('cd');
    await answer;
    connection.close();
    server.close();
  });

  it('fails when it is refused, and when it is cut off', async () => {
    const refusing = await open((socket) => socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n'));
    await expect(refusing.connection.ask('GET')).rejects.toThrow('refused');
    refusing.connection.close();
    refusing.server.close();
    const closing = await open((socket) => socket.destroy());
    await expect(closing.connection.ask('GET')).rejects.toThrow('closed');
    closing.server.close();
  });
});

it('a request announces the length of its body, and no touchpoint is sent twice', () => {
  const address = { port: 1, key: 'k' };
  const requests = [0, 1].map((connection) => new Requests(address, connection, 2, 100));
  const bodies = requests.flatMap((each) =>
    [each.next(), each.next()].map(({ text }) => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(head).toContain(`content-length: ${String(Buffer.byteLength(body))}`);
      return JSON.parse(body) as { id: string }[];
    }),
  );
  expect(new Set(bodies.flat().map(({ id }) => id)).size).toBe(400);
});
