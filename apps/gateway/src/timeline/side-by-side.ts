import { type ServerSentEvent } from './event-stream.js';

export type EventSourceUntil = (signal: AbortSignal) => AsyncIterable<ServerSentEvent>;

type Told = AsyncIterator<ServerSentEvent>;

interface Arrived {
  readonly from: Told;
  readonly result: Promise<IteratorResult<ServerSentEvent>>;
}

/**
 * What several sources tell, as it comes; ends with the first of them that does, or breaks. Of each at most one event waits for the reader, and
 * they take turns: one that always has something keeps no other out.
 */
export async function* sideBySide(
  signal: AbortSignal,
  sources: readonly EventSourceUntil[],
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const all = sources.map((source) => source(until)[Symbol.asyncIterator]());
  const arrived: Arrived[] = [];
  let wake: () => void = () => undefined;
  // Not a race of promises: each race would leave something behind at those that stay quiet for hours.
  const ask = (from: Told): void => {
    const result = from.next();
    const arrive = (): void => {
      arrived.push({ from, result });
      wake();
    };
    result.then(arrive, arrive);
  };
  try {
    all.forEach(ask);
    for (;;) {
      const next = arrived.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const { done, value } = await next.result;
      if (done === true) return;
      yield value;
      ask(next.from);
    }
  } finally {
    over.abort();
    // Those that wait end with the signal. What becomes of them is nobody's concern any more.
    for (const from of all) from.return?.().catch(() => undefined);
  }
}
