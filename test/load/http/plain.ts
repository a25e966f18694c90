import { once } from 'node:events';
import { createServer } from 'node:http';
import { type HttpContestant } from './serving.js';

const answer = JSON.stringify({ status: 'accepted' });
const headers = { 'content-type': 'application/json', 'content-length': answer.length };

/** The floor: Node's own server, which reads the body, parses it and says 202 to anybody. */
export const plain: HttpContestant = {
  async serve() {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        JSON.parse(Buffer.concat(pieces).toString());
        response.writeHead(202, headers).end(answer);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return {
      port: address.port,
      key: 'nobody-asks',
      close: async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  },
};
