import { type Outcome } from './outcomes.js';

/** Outcomes that are dealt with together, in their order. */
export type Batch = readonly Outcome[];

export interface BatchLimits {
  /** Touchpoints that go to the front door in one call. */
  readonly touchpoints: number;
}

/** Refused rows ride along with the touchpoints around them; a stretch of nothing else is cut, too. */
const MAXIMUM_OUTCOMES = 5_000;
/** Characters of input rows, below the 4 MB that one request may have when they have become JSON. */
const MAXIMUM_WEIGHT = 1_000_000;

export async function* batchesOf(found: AsyncIterable<Outcome>, limits: BatchLimits): AsyncGenerator<Batch> {
  let batch: Outcome[] = [];
  let touchpoints = 0;
  let weight = 0;
  for await (const outcome of found) {
    batch.push(outcome);
    if (outcome.touchpoint !== undefined) touchpoints += 1;
    weight += outcome.weight;
    if (touchpoints < limits.touchpoints && batch.length < MAXIMUM_OUTCOMES && weight < MAXIMUM_WEIGHT) continue;
    yield batch;
    batch = [];
    touchpoints = 0;
    weight = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Makes the next one while the last one is being used: reading the file and waiting for the store take turns otherwise. */
export async function* readAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let next = begin(iterator);
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = begin(iterator);
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

function begin<Item>(iterator: AsyncIterator<Item, unknown>): Promise<IteratorResult<Item, undefined>> {
  const next = iterator
    .next()
    .then((result) => (result.done === true ? { done: true as const, value: undefined } : result));
  // A failure is seen when its turn comes; until then it must not count as unhandled.
  next.catch(() => undefined);
  return next;
}
