import { type IncomingMessage } from 'node:http';
import { takeTurns } from '#platform/event-loop';
import { type Caller } from '../access/caller.js';
import { allowanceOf } from '../limits/allowance.js';
import { type Language } from '../problems/language.js';
import { inOrder } from './in-order.js';
import { BATCH_ITEMS, BATCHES_IN_FLIGHT, TOUCHPOINT_BYTES } from './limits.js';
import { type Line, batchesOfLines } from './lines.js';
import { type Item, readItem, refuseItem } from './read-item.js';
import { type Recorded, type TouchpointRecorder } from './touchpoint-recorder.js';

export type NumberedResult = Recorded & { readonly line: number };

/** What became of some lines, or why they and all after them have no answer. */
export type BatchAnswer =
  { readonly results: readonly NumberedResult[] } | { readonly unanswered: unknown; readonly fromLine: number };

/**
 * The answers to an NDJSON stream, in its order. At most BATCHES_IN_FLIGHT commands of BATCH_ITEMS touchpoints are under way; nothing
 * more is read while they are, or while nobody takes their answers.
 */
export async function* answersTo(
  message: IncomingMessage,
  recorder: TouchpointRecorder,
  caller: Caller,
): AsyncGenerator<BatchAnswer> {
  const lines = batchesOfLines(piecesOf(message), { lineBytes: TOUCHPOINT_BYTES, batchLines: BATCH_ITEMS });
  const allowance = allowanceOf(message);
  const answer = async (batch: readonly Line[]): Promise<BatchAnswer> => {
    try {
      const record = async () => recorder.recordPatiently(await toItems(batch, caller.language), caller);
      const results = await (allowance?.inTurn(batch.length, record) ?? record());
      return { results: results.map((result, index) => ({ line: batch[index]?.number ?? 0, ...result })) };
    } catch (error) {
      return { unanswered: error, fromLine: batch[0]?.number ?? 0 };
    }
  };
  for await (const answered of inOrder(lines, answer, BATCHES_IN_FLIGHT)) {
    yield answered;
    if ('unanswered' in answered) return;
  }
}

async function toItems(lines: readonly Line[], language: Language): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const { bytes } of lines) {
    await takeTurns();
    items.push(bytes === undefined ? refuseItem('too_large', language) : readItem(bytes, language));
  }
  return items;
}

/** The body as it arrives. The socket stays open when reading stops early: the answer still has to go through it. */
async function* piecesOf(message: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const piece of message.iterator({ destroyOnReturn: false })) if (piece instanceof Uint8Array) yield piece;
}
