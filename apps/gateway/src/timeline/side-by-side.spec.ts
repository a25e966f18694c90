import { type ServerSentEvent } from './event-stream.js';
import { sideBySide } from './side-by-side.js';

const told = (event: string): ServerSentEvent => ({ event, data: null });
const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function* forever(event: string, signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
  while (!signal.aborted) yield await Promise.resolve(told(event));
}

async function* after(events: readonly string[], wait: Promise<void>): AsyncGenerator<ServerSentEvent> {
  for (const event of events) yield told(event);
  await wait;
}

const names = async (merged: AsyncIterable<ServerSentEvent>, most: number): Promise<readonly string[]> => {
  const seen: string[] = [];
  for await (const { event } of merged) if (seen.push(event) === most) break;
  return seen;
};

describe('sources side by side', () => {
  it('take turns, also with one that always has something', async () => {
    const stop = new AbortController();
    const seen = await names(
      sideBySide(stop.signal, [
        (signal) => forever('busy', signal),
        (signal) => after(['first', 'second'], ended(signal)),
      ]),
      8,
    );
    expect(seen.filter((event) => event !== 'busy')).toEqual(['first', 'second']);
    expect(seen).toHaveLength(8);
  });

  it('end with the first that ends, and all of them with the signal', async () => {
    const [over, stop] = [new AbortController(), new AbortController()];
    let others = 0;
    const quiet = async function* (signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
      await ended(signal);
      others += 1;
      yield* [];
    };
    expect(await names(sideBySide(over.signal, [quiet, () => after(['last'], Promise.resolve())]), 9)).toEqual([
      'last',
    ]);
    await new Promise(setImmediate);
    expect(others).toBe(1);
    const merged = names(sideBySide(stop.signal, [quiet, quiet]), 9);
    stop.abort();
    expect(await merged).toEqual([]);
  });

  it('break with the one that breaks', async () => {
    const broken = async function* (): AsyncGenerator<ServerSentEvent> {
      yield told('one');
      await Promise.reject(new Error('the database is gone'));
    };
    const { signal } = new AbortController();
    const merged = names(sideBySide(signal, [broken, (until) => after([], ended(until))]), 9);
    await expect(merged).rejects.toThrow('the database is gone');
  });
});
