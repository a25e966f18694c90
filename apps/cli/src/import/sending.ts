import { type TouchpointResult } from '#contracts';
import { type TouchpointRecorder } from '../ports.js';
import { type Batch } from './batches.js';
import { type Outcome } from './outcomes.js';
import { type RefusedRow } from './row.js';
import { emptyTally, sumOf, type Tally } from './tally.js';

/** What became of a batch: all of its rows, each in a touchpoint or refused. */
export interface SettledBatch {
  readonly settledRow: number;
  readonly tally: Tally;
  readonly refused: readonly RefusedRow[];
  /** Of the last touchpoint that was stored; decimal digits. */
  readonly position: string | undefined;
}

export interface SendingOptions {
  readonly recorder: TouchpointRecorder;
  /** Batches on their way at once. With more than one, a kill may leave a later batch stored and an earlier one not yet. */
  readonly concurrency: number;
  readonly wait: (delayMs: number) => Promise<void>;
}

/** A busy store clears within seconds; after 40 tries, half a minute at least, something else is wrong. */
const MAXIMUM_TRIES = 40;
const LONGEST_WAIT_MS = 5_000;

/** Sends batches with bounded concurrency and hands them back in their order. */
export async function* settle(batches: AsyncIterable<Batch>, options: SendingOptions): AsyncGenerator<SettledBatch> {
  const underWay: Promise<SettledBatch>[] = [];
  for await (const batch of batches) {
    const sending = send(batch, options);
    // A failure is seen when its turn comes; until then it must not count as unhandled.
    sending.catch(() => undefined);
    underWay.push(sending);
    const first = underWay.length >= options.concurrency ? underWay.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const sending of underWay) yield await sending;
}

async function send(batch: Batch, options: SendingOptions): Promise<SettledBatch> {
  const values = batch.flatMap(({ touchpoint }) => (touchpoint === undefined ? [] : [touchpoint]));
  const results = values.length === 0 ? [] : await recordWithPatience(values, options);
  if (results.length !== values.length)
    throw new Error(`${String(values.length)} touchpoints were sent and ${String(results.length)} were answered`);
  const answers = results[Symbol.iterator]();
  const settled = batch.map((outcome) =>
    settleOne(outcome, outcome.touchpoint === undefined ? undefined : answers.next().value),
  );
  return {
    settledRow: batch.at(-1)?.settles ?? 0,
    tally: settled.map(({ tally }) => tally).reduce(sumOf, emptyTally),
    refused: settled.flatMap(({ refused }) => refused),
    position: results.reduce<string | undefined>((last, result) => laterOf(last, result), undefined),
  };
}

async function recordWithPatience(
  values: readonly unknown[],
  { recorder, wait }: SendingOptions,
): Promise<readonly TouchpointResult[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await recorder.recordTouchpoints(values);
    } catch (error) {
      const delayMs = retryDelayOf(error);
      if (delayMs === undefined || tries >= MAXIMUM_TRIES) throw error;
      await wait(Math.min(delayMs, LONGEST_WAIT_MS));
    }
  }
}

/** How long to wait before the same values may be sent again; `undefined` when that would not help. */
function retryDelayOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('retryAfterMs' in error && typeof error.retryAfterMs === 'number') return Math.max(error.retryAfterMs, 50);
  return error.name === 'AppendOutcomeUnknownError' ? 500 : undefined;
}

interface Settled {
  readonly tally: Tally;
  readonly refused: readonly RefusedRow[];
}

function settleOne(outcome: Outcome, result: TouchpointResult | undefined): Settled {
  const rowsRefused = countBy(outcome.refused.map(({ reason }) => reason));
  if (result === undefined) return { tally: { ...emptyTally, rowsRefused }, refused: outcome.refused };
  if (result.status === 'refused') {
    const refused = [...outcome.refused, ...outcome.rows.map((row) => ({ row, ...refusalOf(result) }))];
    return { tally: { ...emptyTally, refused: 1, rowsRefused: countBy(refused.map(({ reason }) => reason)) }, refused };
  }
  const tally: Tally = {
    ...emptyTally,
    rowsInTouchpoints: outcome.rows.length,
    rowsRefused,
    [result.status]: 1,
    byKind: { [kindOf(outcome.touchpoint)]: 1 },
  };
  return { tally, refused: outcome.refused };
}

/** Of the result, only what says which member is wrong and why; values are in the row beside it anyway. */
function refusalOf(result: Extract<TouchpointResult, { status: 'refused' }>): { reason: string; detail: string } {
  const errors = result.errors
    .slice(0, 5)
    .map(({ pointer, code, detail }) => `${pointer === '' ? '/' : pointer} ${code}: ${detail}`);
  return { reason: result.code, detail: errors.join('; ') };
}

function kindOf(touchpoint: unknown): string {
  if (typeof touchpoint !== 'object' || touchpoint === null || !('kind' in touchpoint)) return 'unknown';
  return String(touchpoint.kind);
}

function countBy(reasons: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function laterOf(last: string | undefined, result: TouchpointResult): string | undefined {
  if (result.status === 'refused') return last;
  return last === undefined || BigInt(result.position) > BigInt(last) ? result.position : last;
}
