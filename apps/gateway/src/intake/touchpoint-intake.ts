import { type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
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
import { itemsOf, skipSpace } from './json-structure.js';
import { ARRAY_ITEMS, BATCH_ITEMS, BATCHES_IN_FLIGHT } from './limits.js';
import { readItem, readItems } from './read-item.js';
import { TouchpointRecorder } from './touchpoint-recorder.js';

const OPEN_ARRAY = 0x5b;

/** Touchpoints as they come in, in each of their forms. */
@Injectable()
export class TouchpointIntake {
  constructor(
    private readonly recorder: TouchpointRecorder,
    private readonly bodies: Bodies,
  ) {}

  /** One object or an array; `strict`: all of the array or nothing of it. */
  async takeJson(message: IncomingMessage, caller: Caller, strict: boolean): Promise<Answer> {
    return this.bodies.read(message, async (body) => {
      if (body[skipSpace(body)] === OPEN_ARRAY) return this.#takeArray(message, body, { caller, strict });
      const [result] = await this.recorder.record([readItem(body, caller.language)], caller);
      return answerToOne(result);
    });
  }

  /** Lines without end, in bounded memory. An answer that begins with a problem is one; later it is the last line. */
  async takeNdjson(message: IncomingMessage, caller: Caller, refusedOnly: boolean): Promise<Answer> {
    const answers = answersTo(message, this.recorder, caller);
    const first = await answers.next();
    if (first.done === true) throw new ProblemError('empty_body');
    if ('unanswered' in first.value) {
      await answers.return(undefined);
      throw toProblem(first.value.unanswered);
    }
    const text = ndjsonText(startingWith(first.value, answers), { caller, refusedOnly });
    // One batch of text ahead of the socket, no more.
    const body = Readable.from(text, { highWaterMark: 1 });
    return { status: 200, type: 'application/x-ndjson', body };
  }

  async #takeArray(
    message: IncomingMessage,
    body: Uint8Array,
    { caller, strict }: { readonly caller: Caller; readonly strict: boolean },
  ): Promise<Answer> {
    const items = itemsOf(body, ARRAY_ITEMS);
    if (items === 'malformed') throw new ProblemError('malformed_json');
    if (items === 'too-many') throw new ProblemError('too_many_items');
    await allowanceOf(message)?.take(items.length - 1);
    if (strict) {
      const read = await readItems(items, caller.language);
      return answerToArray(await this.recorder.recordAllOrNothing(read, caller));
    }
    const record = async (batch: readonly Uint8Array[]) =>
      this.recorder.record(await readItems(batch, caller.language), caller);
    const results = [];
    for await (const batch of inOrder(batchesOf(items), record, BATCHES_IN_FLIGHT)) results.push(...batch);
    return answerToArray(results);
  }
}

async function* startingWith(first: BatchAnswer, others: AsyncIterable<BatchAnswer>): AsyncGenerator<BatchAnswer> {
  yield first;
  yield* others;
}

async function* batchesOf(items: readonly Uint8Array[]): AsyncGenerator<readonly Uint8Array[]> {
  for (let start = 0; start < items.length; start += BATCH_ITEMS) {
    await takeTurns();
    yield items.slice(start, start + BATCH_ITEMS);
  }
}
