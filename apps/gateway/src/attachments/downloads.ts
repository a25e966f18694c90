import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { ProblemError } from '../problems/problem-error.js';

/** Each has about two pieces of 128 KB in memory while its reader takes it. */
const AT_ONCE = 200;
const RETRY_MS = 1_000;

/** Files that are being fetched. Full is an answer (503), never a crash. */
@Injectable()
export class Downloads {
  #underWay = 0;

  /** @throws ProblemError `overloaded` */
  begin(bytes: () => AsyncIterable<Uint8Array>): Readable {
    if (this.#underWay >= AT_ONCE) throw new ProblemError('overloaded', { retryAfterMs: RETRY_MS });
    this.#underWay += 1;
    // However it ends: a reader who goes away closes it, too.
    return Readable.from(bytes(), { objectMode: false, highWaterMark: 1 }).once('close', () => (this.#underWay -= 1));
  }
}
