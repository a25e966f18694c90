import { until } from '#testing';
import { BusGuardError, type Bus, type BusReader, type BusRecord, type NewBusRecord } from './bus.port.js';

export interface BusUnderTest {
  readonly bus: Bus;
  /** Another topic of this many partitions each time. */
  readonly newTopic: (partitions: number) => Promise<string>;
}

/** What everything that lies between relay and projectors has to do. */
export function busConformance(name: string, open: () => Promise<BusUnderTest>): void {
  describe(`${name}, as a bus`, () => {
    let bus: Bus;
    let newTopic: BusUnderTest['newTopic'];
    const readers: BusReader[] = [];

    beforeAll(async () => {
      ({ bus, newTopic } = await open());
    });
    afterEach(async () => {
      await Promise.all(readers.splice(0).map((reader) => reader.close()));
    });
    afterAll(() => bus.close());

    const record = (partition: number, text: string): NewBusRecord => ({
      partition,
      key: `key of ${text}`,
      headers: { 'relay-seq': '1', ce_source: '/کانال/چت' },
      value: JSON.stringify({ text }),
    });
    const read = async (topic: string, from: ReadonlyMap<number, bigint>, count: number): Promise<BusRecord[]> => {
      const reader = await bus.openReader(topic, from);
      readers.push(reader);
      const found: BusRecord[] = [];
      await until(
        () => {
          for (const partition of from.keys()) found.push(...reader.take(partition, 90));
          return found.length >= count;
        },
        `${String(count)} records`,
      );
      return found;
    };
    const readForeign = async (topic: string): Promise<readonly BusRecord[]> => {
      const reader = await bus.openReader(topic, start(0), 'foreign');
      readers.push(reader);
      const found: BusRecord[] = [];
      await until(() => found.push(...reader.take(0, 90)) > 0, 'a record');
      return found;
    };
    const start = (...partitions: readonly number[]): ReadonlyMap<number, bigint> =>
      new Map(partitions.map((partition) => [partition, 0n]));

    it('gives what others wrote as the bytes that it is, text or not, and when', async () => {
      const topic = await newTopic(1);
      const writer = await bus.openWriter(topic);
      const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
      const began = Date.now();
      await writer.write([{ ...record(0, 'x'), bytes }]);
      await writer.close();
      const [found] = await readForeign(topic);
      expect([...(found?.bytes ?? [])]).toEqual([...bytes]);
      expect(Math.abs((found?.writtenAt ?? 0) - began)).toBeLessThan(60_000);
    });

    it('gives what was written back as it was, in the order of each partition', async () => {
      const topic = await newTopic(3);
      const writer = await bus.openWriter(topic);
      const written = Array.from({ length: 200 }, (_, n) => record(n % 3, `سلام ${String(n)}`));
      await writer.write(written.slice(0, 100));
      await writer.write(written.slice(100));
      await writer.close();
      const found = await read(topic, start(0, 1, 2), 200);
      for (const partition of [0, 1, 2]) {
        const mine = found.filter((one) => one.partition === partition);
        expect(mine.map(({ offset, ...rest }) => rest)).toEqual(written.filter((one) => one.partition === partition));
        expect(mine.map(({ offset }) => offset)).toEqual(mine.map((_, index) => BigInt(index)));
      }
    });

    it('answers a write with the offset behind the last record of each partition, and of no other', async () => {
      const topic = await newTopic(3);
      const writer = await bus.openWriter(topic);
      await writer.write([record(0, 'a'), record(0, 'b')]);
      const ends = await writer.write([record(0, 'c'), record(2, 'd')]);
      await writer.close();
      expect(new Map(ends)).toEqual(
        new Map([
          [0, 3n],
          [2, 1n],
        ]),
      );
      await until(async () => (await bus.ends(topic)).get(0)?.next === 3n, 'the end is seen');
      expect(new Map(await bus.ends(topic))).toEqual(
        new Map([
          [0, { first: 0n, next: 3n }],
          [1, { first: 0n, next: 0n }],
          [2, { first: 0n, next: 1n }],
        ]),
      );
    });

    it('refuses a second write while one is in flight: their order would be chance', async () => {
      const writer = await bus.openWriter(await newTopic(1));
      const first = writer.write([record(0, 'a')]);
      await expect(writer.write([record(0, 'b')])).rejects.toThrow(/in flight/);
      await first;
      await writer.close();
    });

    it('reads only the partitions that are asked for, from the offsets that are asked for', async () => {
      const topic = await newTopic(2);
      const writer = await bus.openWriter(topic);
      await writer.write(Array.from({ length: 20 }, (_, n) => record(n % 2, String(n))));
      await writer.close();
      const found = await read(topic, new Map([[1, 7n]]), 3);
      expect(found.map(({ partition, offset }) => [partition, offset])).toEqual([
        [1, 7n],
        [1, 8n],
        [1, 9n],
      ]);
    });

    it('says when something has come', async () => {
      const topic = await newTopic(1);
      const reader = await bus.openReader(topic, start(0));
      readers.push(reader);
      let arrived = 0;
      reader.onArrived(() => arrived++);
      expect(reader.take(0, 10)).toEqual([]);
      const writer = await bus.openWriter(topic);
      await writer.write([record(0, 'a')]);
      await until(() => arrived > 0, 'said');
      await until(() => reader.take(0, 10).length === 1, 'there');
      await writer.close();
    });

    it('gives more than it holds in memory, and each record once', async () => {
      const topic = await newTopic(1);
      const writer = await bus.openWriter(topic);
      for (let n = 0; n < 12; n++)
        await writer.write(
          Array.from({ length: 500 }, (_, i) => record(0, `${String(n * 500 + i)} ${'x'.repeat(300)}`)),
        );
      await writer.close();
      const found = await read(topic, start(0), 6000);
      expect(found.map(({ offset }) => Number(offset))).toEqual(found.map((_, index) => index));
    });

    it('says that there is no such topic', async () => {
      await expect(bus.ends('safar.nowhere.v1')).rejects.toThrow(BusGuardError);
    });
  });
}
