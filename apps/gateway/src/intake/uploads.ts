import { type IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type HttpConfig, type Principal } from '#wiring';
import { Shares } from '../limits/shares.js';
import { HTTP_CONFIG } from '../server/tokens.js';

/** Two files at a time from anybody. */
const LEAST = 2;

/** The uploads that are read, by whose they are: they last as long as their senders like. */
@Injectable()
export class Uploads {
  readonly #shares: Shares;

  constructor(@Inject(HTTP_CONFIG) { uploadsInFlight }: HttpConfig) {
    this.#shares = new Shares(uploadsInFlight, LEAST);
  }

  /**
   * Until what it returns is called, or the connection ends.
   * @throws ProblemError `rate_limited`
   */
  begin({ socket }: IncomingMessage, principal: Principal): () => void {
    const giveBack = this.#shares.take(principal);
    const end = (): void => {
      socket.off('close', end);
      giveBack();
    };
    socket.once('close', end);
    return end;
  }
}
