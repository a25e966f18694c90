import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { type Principal } from '#wiring';
import { Shares } from '../limits/shares.js';
import { ProblemError } from '../problems/problem-error.js';

/** Each has about two pieces of 128 KB in memory while its reader takes it. */
const AT_ONCE = 200;
/** Of anybody: the files of a page. */
const LEAST = 6;
const RETRY_MS = 1_000;

/** Files that are being fetched. Full is an answer (503), never a crash; nobody who reads slowly has all of the room. */
@Injectable()
export class Downloads {
  readonly #shares = new Shares(AT_ONCE, LEAST);
  #underWay = 0;

  /** @throws ProblemError `overloaded`, `rate_limited` */
  begin(principal: Principal, bytes: () => AsyncIterable<Uint8Array>): Readable {
    if (this.#underWay >= AT_ONCE) throw new ProblemError('overloaded', { retryAfterMs: RETRY_MS });
    const giveBack = this.#shares.take(principal);
    this.#underWay += 1;
    // However it ends: a reader who goes away closes it, too.
    return Readable.from(bytes(), { objectMode: false, highWaterMark: 1 }).once('close', () => {
      this.#underWay -= 1;
      giveBack();
    });
  }
}
