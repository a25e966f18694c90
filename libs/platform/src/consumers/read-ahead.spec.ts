import type { Position } from '#kernel';
import type { EventPage } from './event-source.port.js';
import { added, customer, TestLog } from '../projections/sample-projections.conformance.js';
import { ReadAhead } from './read-ahead.js';
import { storeSubscription } from './store-subscription.js';

/** Counts what the store is asked for. */
class CountingLog extends TestLog {
  readonly asked: string[] = [];
  override readAll(after: Position, limit: number): ReturnType<TestLog['readAll']> {
    this.asked.push(
      `${String(limit)} after ${String(this.events.findIndex(({ position }) => position === after) + 1)}`,
    );
    return super.readAll(after, limit);
  }
}

/** Cuts pages that would be too large, as a store does. */
class CuttingLog extends TestLog {
  override async readAll(after: Position, limit: number): ReturnType<TestLog['readAll']> {
    const page = await super.readAll(after, limit);
    return page.events.length > 3 ? { events: page.events.slice(0, 3), full: true } : page;
  }
}

const logOfLength = (length: number): CountingLog => {
  const log = new CountingLog();
  for (let index = 0; index < length; index++) log.append(added(customer(index)));
  return log;
};

async function walk(read: (after: Position) => Promise<EventPage>): Promise<number> {
  let count = 0;
  for (let after = 0n; ;) {
    const page = await read(after);
    count += page.events.length;
    if (!page.full) return count;
    after = page.upTo;
  }
}

describe('reading ahead', () => {
  it('asks for the next page before it is wanted, and for none twice', async () => {
    const log = logOfLength(25);
    const pages = new ReadAhead(storeSubscription(log));
    const first = await pages.read(0n, 10);
    expect(log.asked).toEqual(['10 after 0', '10 after 10']);
    await pages.read(first.upTo, 10);
    expect(log.asked).toEqual(['10 after 0', '10 after 10', '10 after 20']);
  });

  it('never gives a page that ends at a head which has moved since', async () => {
    const log = logOfLength(15);
    const pages = new ReadAhead(storeSubscription(log));
    const first = await pages.read(0n, 10);
    log.append(added(customer(1)));
    expect((await pages.read(first.upTo, 10)).events).toHaveLength(6);
  });

  it('starts afresh when it is asked for another place', async () => {
    const log = logOfLength(40);
    const pages = new ReadAhead(storeSubscription(log));
    await pages.read(0n, 10);
    expect((await pages.read(0n, 10)).events[0]).toBe(log.events[0]);
  });
});

describe('the store as a source', () => {
  it('reads a full page once for lanes that walk together', async () => {
    const log = logOfLength(35);
    const source = storeSubscription(log);
    const lanes = [1, 2, 3].map(() => walk((after) => source.read(after, 10)));
    expect(await Promise.all(lanes)).toEqual([35, 35, 35]);
    expect(log.asked.filter((asked) => asked === '10 after 10')).toHaveLength(1);
  });

  it('goes on after a page that the store has cut, also when it is shared or read ahead', async () => {
    const log = new CuttingLog();
    for (let index = 0; index < 35; index++) log.append(added(customer(index)));
    const source = storeSubscription(log);
    const ahead = new ReadAhead(source);
    const readers = [source, source, ahead].map((reader) => walk((after) => reader.read(after, 10)));
    expect(await Promise.all(readers)).toEqual([35, 35, 35]);
  });

  it('counts what lies between two positions', async () => {
    const log = logOfLength(5);
    const source = storeSubscription(log);
    const [first, head] = [log.events[0]!.position, await source.head()];
    expect(source.distance(first, head)).toBe(4);
    expect(source.distance(head, first)).toBe(0);
  });
});
