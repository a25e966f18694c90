import fc from 'fast-check';
import type { Position } from '#kernel';
import { added, customer, TestLog } from '../projections/sample-projections.conformance.js';
import { storeSubscription } from './store-subscription.js';

/** Remembers from where it was read, and takes its time. */
class SlowLog extends TestLog {
  readonly reads: Position[] = [];
  fails = false;
  override async readAll(after: Position, limit: number): ReturnType<TestLog['readAll']> {
    this.reads.push(after);
    // What is appended meanwhile is not in the page.
    const page = await super.readAll(after, limit);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.fails) throw new Error('the store is away');
    return page;
  }

  add(count: number, note?: string): Position {
    const events = Array.from({ length: count }, (_, index) => added(customer(index), note));
    return this.append(...events);
  }
}

const opened = async (length = 5) => {
  const log = new SlowLog();
  const end = log.add(length);
  const source = storeSubscription(log);
  expect(await source.read(0n, 10_000)).toMatchObject({ full: false, upTo: end });
  log.reads.splice(0);
  return { log, source, end };
};

describe('the end of the log', () => {
  it('is read once for all who were woken by the same append', async () => {
    const { log, source, end } = await opened();
    const last = log.add(3);
    const pages = await Promise.all(Array.from({ length: 20 }, () => source.read(end, 2_000)));
    for (const page of pages) expect(page).toEqual({ events: log.events.slice(5), upTo: last, full: false });
    expect(log.reads).toEqual([end]);
  });

  it('is never told as it was before somebody asked', async () => {
    const { log, source, end } = await opened();
    const first = source.read(end, 10);
    await Promise.resolve();
    const last = log.add(1);
    expect(await source.read(end, 10)).toMatchObject({ upTo: last, full: false });
    expect(await first).toMatchObject({ full: false });
    expect(log.reads).toHaveLength(2);
  });

  it('gives no more than was asked for, and says that there is more', async () => {
    const { log, source, end } = await opened();
    log.add(5);
    expect(await source.read(end, 2)).toMatchObject({ events: log.events.slice(5, 7), full: true });
    expect(await source.read(end, 2)).toMatchObject({ events: log.events.slice(5, 7), full: true });
    expect(await source.read(0n, 7)).toMatchObject({ events: log.events.slice(0, 7), full: true });
  });

  it('fails for those who asked while the store was away, and for nobody after them', async () => {
    const { log, source, end } = await opened();
    const last = log.add(1);
    log.fails = true;
    await expect(source.read(end, 10)).rejects.toThrow('the store is away');
    log.fails = false;
    expect(await source.read(end, 10)).toMatchObject({ upTo: last });
  });

  it('keeps no more than a page may hold, and whoever is behind that is read to apart', async () => {
    const { log, source, end } = await opened();
    const large = 'x'.repeat(1024 * 1024);
    for (let at = end, count = 0; count < 12; count++) {
      log.add(1, large);
      at = (await source.read(at, 10)).upTo;
    }
    // Of four million characters three events are left.
    const [near, far, last] = [-3, -9, -1].map((index) => log.events.at(index)!.position);
    log.reads.splice(0);
    expect((await source.read(near!, 10)).events).toHaveLength(2);
    expect((await source.read(far!, 10)).events).toHaveLength(8);
    expect(log.reads).toEqual([last, far]);
  });

  it('forgets what nobody who follows it needs any more', async () => {
    const { log, source, end } = await opened();
    for (let at = end, count = 0; count < 3; count++) {
      log.add(900);
      at = (await source.read(at, 1_000)).upTo;
    }
    log.reads.splice(0);
    await source.read(end, 10);
    expect(log.reads).toEqual([end]);
  });

  it('leaves nothing out and tells nothing twice, however readers and writers take turns', async () => {
    const reader = fc.record({ limit: fc.integer({ min: 1, max: 3_000 }), rests: fc.integer({ min: 0, max: 4 }) });
    const writes = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(reader, { minLength: 1, maxLength: 6 }), writes, async (readers, counts) => {
        const log = new SlowLog();
        const source = storeSubscription(log);
        let isOver = false;
        const read = async ({ limit, rests }: { readonly limit: number; readonly rests: number }) => {
          const seen: Position[] = [];
          for (let after = 0n; ;) {
            const wasOver = isOver;
            const page = await source.read(after, limit);
            expect(page.events.length).toBeLessThanOrEqual(limit);
            seen.push(...page.events.map(({ position }) => position));
            after = page.upTo;
            if (wasOver && !page.full) return seen;
            for (let rest = 0; rest < rests; rest++) await new Promise((resolve) => setImmediate(resolve));
          }
        };
        const all = readers.map(read);
        for (const count of counts) {
          log.add(count);
          await new Promise((resolve) => setImmediate(resolve));
        }
        isOver = true;
        const positions = log.events.map(({ position }) => position);
        for (const seen of await Promise.all(all)) expect(seen).toEqual(positions);
      }),
      { numRuns: 20 },
    );
  });
});
