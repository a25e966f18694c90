import { queryTimeline, TimelineFeed } from '#capabilities';
import { type TimelineEntryView } from '#contracts';
import { type Position, type ReadModels } from '#kernel';
import { decision, erasure, startReadSide, touchpoint, uuid, type ReadSide } from './read-side.js';

let side: ReadSide;
let leave: AbortController;

beforeAll(async () => {
  side = await startReadSide();
});
afterAll(() => side.close());
beforeEach(() => {
  leave = new AbortController();
});
afterEach(() => {
  leave.abort();
});

const feedOver = (readModels: ReadModels, pageSize = 3) =>
  new TimelineFeed(readModels, side.opener, { pageSize, pollIntervalMs: 50, lookIntervalMs: 200 });

/** The next entries of a timeline that is followed. */
async function take(entries: AsyncGenerator<TimelineEntryView>, count: number): Promise<readonly Position[]> {
  const positions: Position[] = [];
  while (positions.length < count) {
    const next = await entries.next();
    if (next.done) break;
    positions.push(BigInt(next.value.position));
  }
  return positions;
}

const upTo = (last: Position, count: number): readonly Position[] =>
  Array.from({ length: count }, (_, index) => last - BigInt(count - 1 - index));

const visits = (of: number, count: number) => Array.from({ length: count }, () => touchpoint({ of }));

describe('following a timeline', () => {
  it('gives everything after a position in store order, then what comes', async () => {
    const last = await side.record(touchpoint({ of: 1, at: 2 }), touchpoint({ of: 1, at: 1 }), ...visits(1, 8));
    const entries = feedOver(side.readModels).follow({ customerId: uuid(1), after: last - 9n, signal: leave.signal });
    expect(await take(entries, 9)).toEqual(upTo(last, 9));

    const waiting = take(entries, 3);
    const next = side.append(...visits(2, 5), ...visits(1, 3));
    expect(await waiting).toEqual(upTo(next, 3));
  });

  it('gives decisions in their place, and goes on behind them, also to those who are shown none', async () => {
    const reply = { by: 'user:ada', messageId: uuid(0xd1), channel: 'chat', direction: 'ltr', text: 'canary' };
    const replied = decision({
      ...{ of: 50, at: 3, type: 'conversation.replied', stream: `conversation-${uuid(0xd0)}`, data: reply },
    });
    const last = await side.record(touchpoint({ of: 50 }), replied, touchpoint({ of: 50 }), {
      ...replied,
      id: uuid(0xd2),
    });
    const { signal } = leave;
    const feed = feedOver(side.readModels);
    expect(await take(feed.follow({ customerId: uuid(50), after: last - 4n, signal }), 4)).toEqual(upTo(last, 4));
    expect(await take(feed.follow({ customerId: uuid(50), after: last - 2n, signal }), 2)).toEqual(upTo(last, 2));
    const reported = feed.follow({ customerId: uuid(50), after: last - 4n, category: 'touchpoint', signal });
    expect(await take(reported, 2)).toEqual([last - 3n, last - 1n]);
    const waiting = take(reported, 1);
    const next = side.append({ ...replied, id: uuid(0xd3) }, touchpoint({ of: 50 }));
    expect(await waiting).toEqual([next]);
  });

  it('gives only what comes when it starts now', async () => {
    await side.record(...visits(3, 4));
    let looked = (): void => undefined;
    const firstLook = new Promise<void>((resolve) => {
      looked = resolve;
    });
    const watched: ReadModels = {
      ...side.readModels,
      query: <R>(sql: string, values: readonly unknown[]) => side.readModels.query<R>(sql, values).finally(looked),
    };
    const waiting = take(feedOver(watched).follow({ customerId: uuid(3), after: 'now', signal: leave.signal }), 2);
    await firstLook;
    const last = await side.record(...visits(3, 2));
    expect(await waiting).toEqual(upTo(last, 2));
  });

  it('continues a page without a gap or a repetition, and every reconnection likewise', async () => {
    const ports = { readModels: side.readModels, timeline: side.opener };
    const rounds = Array.from({ length: 60 }, (_, round) => 1 + (round % 3));
    const total = 3 + rounds.reduce((sum, count) => sum + count, 0);
    const recorded = [...upTo(await side.record(...visits(4, 3)), 3)];
    const writer = (async () => {
      for (const count of rounds)
        recorded.push(...upTo(await side.record(...visits(5, 2), ...visits(4, count)), count));
    })();

    const page = await queryTimeline(ports, { customerId: uuid(4), order: 'asc', limit: 200 });
    if (!page.ok) throw new Error(page.reason);
    const seen = page.value.data.map(({ position }) => BigInt(position));
    let after = BigInt(page.value.position);
    for (let connection = 0; seen.length < total; connection++) {
      const connected = new AbortController();
      const entries = feedOver(side.readModels).follow({ customerId: uuid(4), after, signal: connected.signal });
      // Broken off after a few: in the middle of a page, at its end, and while waiting.
      seen.push(...(await take(entries, Math.min(1 + (connection % 5), total - seen.length))));
      after = seen.at(-1) ?? after;
      connected.abort();
      await entries.return();
    }
    await writer;
    expect(seen).toEqual(recorded);
  });

  it('goes on at once after a page that ended early, because its entries are large', async () => {
    const details = { text: 'x'.repeat(1_100_000) };
    const last = await side.record(...Array.from({ length: 6 }, () => touchpoint({ of: 78, details })));
    const feed = new TimelineFeed(side.readModels, side.opener, { pageSize: 50, lookIntervalMs: 3_600_000 });
    const entries = feed.follow({ customerId: uuid(78), after: last - 6n, signal: leave.signal });
    expect(await take(entries, 6)).toEqual(upTo(last, 6));
  });

  it('needs no hint that something moved', async () => {
    const silent: ReadModels = { ...side.readModels, onMoved: () => () => undefined };
    const first = await side.record(...visits(6, 1));
    const entries = feedOver(silent).follow({ customerId: uuid(6), after: first, signal: leave.signal });
    const waiting = take(entries, 3);
    await side.record(...visits(6, 1));
    const last = await side.record(...visits(6, 2));
    expect(await waiting).toEqual(upTo(last, 3));
  });

  it('asks once for all of its followers, and wakes only whom it concerns', async () => {
    await side.record(...visits(7, 1), ...visits(8, 1));
    const asked: unknown[] = [];
    const counting: ReadModels = {
      ...side.readModels,
      query: (sql, values) => {
        asked.push(values[0]);
        return side.readModels.query(sql, values);
      },
    };
    const feed = new TimelineFeed(counting, side.opener, { pollIntervalMs: 60_000, lookIntervalMs: 60_000 });
    const followers = [7, 7, 8].map((of) => feed.follow({ customerId: uuid(of), after: 0n, signal: leave.signal }));
    await Promise.all(followers.map((entries) => take(entries, 1)));
    const waiting = followers.map((entries) => take(entries, 1));

    // Until the followers sleep, what they ask may still be about the first entry.
    let quiet = -1;
    while (quiet !== asked.length) {
      quiet = asked.length;
      await side.record(...visits(9, 1));
    }
    asked.length = 0;
    const last = await side.record(...visits(7, 1));
    expect(await Promise.all(waiting.slice(0, 2))).toEqual([[last], [last]]);
    expect(asked.filter((value) => Array.isArray(value)).length).toBeGreaterThan(0);
    expect(asked).not.toContain(uuid(8));
  });

  it('ends with its signal, whether it waits or not', async () => {
    await side.record(...visits(10, 2));
    const entries = feedOver(side.readModels).follow({ customerId: uuid(10), after: 0n, signal: leave.signal });
    await take(entries, 2);
    const waiting = entries.next();
    leave.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const late = feedOver(side.readModels).follow({ customerId: uuid(10), after: 0n, signal: leave.signal });
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });

  it('lets go with its signal, also when nobody asks for the next entry', async () => {
    await side.record(...visits(13, 2));
    let listening = 0;
    const counting: ReadModels = {
      ...side.readModels,
      onMoved: (projection, listener) => {
        listening++;
        const stop = side.readModels.onMoved(projection, listener);
        return () => {
          listening--;
          stop();
        };
      },
    };
    await take(feedOver(counting).follow({ customerId: uuid(13), after: 0n, signal: leave.signal }), 1);
    expect(listening).toBe(1);
    leave.abort();
    expect(listening).toBe(0);
  });

  it('ends when the customer is erased, and starts again when they are seen again', async () => {
    await side.record(...visits(11, 2));
    const entries = feedOver(side.readModels).follow({ customerId: uuid(11), after: 0n, signal: leave.signal });
    await take(entries, 2);
    const waiting = entries.next();
    await side.record(erasure(11));
    expect(await waiting).toEqual({ done: true, value: undefined });

    const last = await side.record(...visits(11, 1));
    const again = feedOver(side.readModels).follow({ customerId: uuid(11), after: 0n, signal: leave.signal });
    expect(await take(again, 1)).toEqual([last]);
  });

  it('throws to the one who follows when the read side fails', async () => {
    let broken = false;
    const failing: ReadModels = {
      ...side.readModels,
      query: (sql, values) =>
        broken ? Promise.reject(new Error('the server is away')) : side.readModels.query(sql, values),
    };
    const entries = feedOver(failing).follow({ customerId: uuid(12), after: 0n, signal: leave.signal });
    const failure = expect(entries.next()).rejects.toThrow('the server is away');
    broken = true;
    await side.record(...visits(12, 1));
    await failure;
    expect(await entries.next()).toEqual({ done: true, value: undefined });
  });
});
