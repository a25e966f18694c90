import { type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { skipSpace, type WrittenItem, writtenItems } from '#contracts';
import { takeTurns } from '#platform/event-loop';
import { type Caller } from '../access/caller.js';
import { allowanceOf } from '../limits/allowance.js';
import { ProblemError } from '../problems/problem-error.js';
import { toProblem } from '../problems/to-problem.js';
import { answersTo, type BatchAnswer } from './ndjson.js';
import { ndjsonText } from './ndjson-text.js';
import { type Answer, answerToArray, answerToOne } from './answers.js';
import { Bodies } from './bodies.js';
import { inOrder } from './in-order.js';
import { ARRAY_ITEMS, BATCH_ITEMS, BATCHES_IN_FLIGHT } from './limits.js';
import { type Item, readAtOnce, readItem, readItems } from './read-item.js';
import { Uploads } from './uploads.js';
import { type Recorded, TouchpointRecorder } from './touchpoint-recorder.js';

const OPEN_ARRAY = 0x5b;

export interface Taking {
  readonly caller: Caller;
  /** All of an array or nothing of it. */
  readonly strict: boolean;
  /** Counts further items against what the caller may send. */
  readonly charge: (items: number) => void;
}

interface TakingLines {
  readonly caller: Caller;
  readonly refusedOnly: boolean;
  /** To be called when the answer is over. */
  readonly end: () => void;
}

/** Touchpoints as they come in, in each of their forms. */
@Injectable()
export class TouchpointIntake {
  constructor(
    private readonly recorder: TouchpointRecorder,
    private readonly bodies: Bodies,
    private readonly uploads: Uploads,
  ) {}

  /** One object or an array; `strict`: all of the array or nothing of it. */
  async takeJson(message: IncomingMessage, caller: Caller, strict: boolean): Promise<Answer> {
    const charge = (items: number): void => {
      allowanceOf(message)?.take(items);
    };
    return this.bodies.read(message, (body) => this.takeBody(body, { caller, strict, charge }));
  }

  /** The same of a body that was read. */
  async takeBody(body: Uint8Array, taking: Taking): Promise<Answer> {
    if (body[skipSpace(body)] === OPEN_ARRAY) return this.#takeArray(body, taking);
    const { caller } = taking;
    const [result] = await this.recorder.record([readItem(body, caller.language)], caller);
    return answerToOne(result);
  }

  /** Lines without end, in bounded memory. An answer that begins with a problem is one; later it is the last line. */
  async takeNdjson(message: IncomingMessage, caller: Caller, refusedOnly: boolean): Promise<Answer> {
    const end = this.uploads.begin(message, caller.principal);
    try {
      return await this.#takeLines(message, { caller, refusedOnly, end });
    } catch (error) {
      end();
      throw error;
    }
  }

  async #takeLines(message: IncomingMessage, { caller, refusedOnly, end }: TakingLines): Promise<Answer> {
    const answers = answersTo(message, this.recorder, caller);
    const first = await answers.next();
    if (first.done === true) throw new ProblemError('empty_body');
    if ('unanswered' in first.value) {
      await answers.return(undefined);
      throw toProblem(first.value.unanswered);
    }
    const text = ndjsonText(startingWith(first.value, answers), { caller, refusedOnly });
    // One batch of text ahead of the socket, no more.
    const body = Readable.from(text, { highWaterMark: 1 }).once('close', end);
    return { status: 200, type: 'application/x-ndjson', body };
  }

  async #takeArray(body: Uint8Array, { caller, strict, charge }: Taking): Promise<Answer> {
    const items = writtenItems(body, ARRAY_ITEMS);
    if (items === 'malformed') throw new ProblemError('malformed_json');
    if (items === 'too-many') throw new ProblemError('too_many_items');
    charge(items.length - 1);
    const { language } = caller;
    const atOnce = items.length <= BATCH_ITEMS ? readAtOnce(body, items, language) : undefined;
    if (strict) {
      const read = atOnce ?? (await readItems(items, language));
      return answerToArray(await this.recorder.recordAllOrNothing(read, caller));
    }
    const record = (read: readonly Item[]): Promise<readonly Recorded[]> => this.recorder.record(read, caller);
    if (atOnce) return answerToArray(await record(atOnce));
    const readAndRecord = async (batch: readonly WrittenItem[]) => record(await readItems(batch, language));
    const results = [];
    for await (const batch of inOrder(batchesOf(items), readAndRecord, BATCHES_IN_FLIGHT)) results.push(...batch);
    return answerToArray(results);
  }
}

async function* startingWith(first: BatchAnswer, others: AsyncIterable<BatchAnswer>): AsyncGenerator<BatchAnswer> {
  yield first;
  yield* others;
}

async function* batchesOf(items: readonly WrittenItem[]): AsyncGenerator<readonly WrittenItem[]> {
  for (let start = 0; start < items.length; start += BATCH_ITEMS) {
    await takeTurns();
    yield items.slice(start, start + BATCH_ITEMS);
  }
}
