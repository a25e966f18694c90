import { setTimeout as sleep } from 'node:timers/promises';
import { FakeEventStoreDb } from '#testing';
import { appendTo, newEvents, newStream } from '../fixtures/append-requests.js';
import { Connection } from './connection.js';
import { openEventStoreDb } from './eventstoredb-event-store.js';
import { FollowedLog, type FollowedEvent } from './followed-log.js';

let fake: FakeEventStoreDb;
let connection: Connection;
let followed: FollowedLog | undefined;
const positions: bigint[] = [];
let onEvent: (event: FollowedEvent) => void | Promise<void>;

beforeEach(async () => {
  fake = await FakeEventStoreDb.start();
  connection = new Connection(fake.url, { answerMs: 1_000, patienceMs: 5_000 });
  positions.length = 0;
  onEvent = () => undefined;
});
afterEach(async () => {
  await followed?.close();
  await connection.close();
  await fake.stop();
});

function follow(stalledMs = 10_000): FollowedLog {
  followed = new FollowedLog(connection, {
    ...{ prefixes: ['thing-'], after: 0n, stalledMs, pauseMs: 5 },
    onEvent: async (event) => {
      await onEvent(event);
      positions.push(event.position);
    },
  });
  return followed;
}

const put = (count: number): void => {
  for (let index = 0; index < count; index++)
    fake.log.append(`thing-${String(index % 3)}`, 'any', [
      {
        ...{ id: `${String(Math.random())}`, type: 'thing.happened', contentType: 'application/json' },
        ...{ data: new Uint8Array(Buffer.from('{}')), metadata: new Uint8Array() },
      },
    ]);
};
const things = (): bigint[] =>
  fake.log.all.filter(({ stream }) => stream.startsWith('thing-')).map(({ position }) => position);
async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come to pass');
    await sleep(5);
  }
}

describe('the log that is followed', () => {
  it('is handed over in order, what is there and what comes', async () => {
    put(40);
    follow();
    await until(() => positions.length === 40);
    put(5);
    await until(() => positions.length === 45);
    expect(positions).toEqual(things());
  });

  it('loses nothing and repeats nothing when its subscription is dropped', async () => {
    put(10);
    const log = follow();
    for (let drops = 0; drops < 5; drops++) {
      await until(() => positions.length >= drops * 10 + 3);
      fake.dropSubscriptions();
      put(10);
    }
    await until(() => positions.length === 60);
    expect(positions).toEqual(things());
    expect(log.starts).toBeGreaterThan(3);
  });

  it('does not believe a checkpoint beyond events that are still in flight', async () => {
    fake.faults.checkpointEvery = 1;
    const log = follow();
    let isSlow = true;
    onEvent = () => (isSlow ? sleep(20) : undefined);
    put(30);
    fake.writeSystemEvents(10);
    await until(() => positions.length >= 2);
    // The client has told of checkpoints beyond them all by now, and they wait in its buffer.
    expect(log.position).toBe(positions.at(-1));
    fake.dropSubscriptions();
    isSlow = false;
    await until(() => positions.length >= 30);
    expect(positions).toEqual(things());
  });

  it('does not believe a checkpoint beyond the one event that is being handled', async () => {
    fake.faults.checkpointEvery = 1;
    const log = follow();
    let finish: (() => void) | undefined;
    onEvent = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    put(1);
    fake.writeSystemEvents(10);
    await until(() => finish !== undefined);
    // Time for the checkpoints to come.
    await sleep(100);
    const before = log.position;
    finish?.();
    expect(before).toBeLessThan(things()[0] ?? 0n);
    await until(() => log.position >= (things()[0] ?? 0n));
    expect(positions).toEqual(things());
  });

  it('moves on by checkpoints where there is nothing for it', async () => {
    fake.faults.checkpointEvery = 1;
    const log = follow();
    fake.writeSystemEvents(10);
    const last = fake.log.all.at(-1)?.position ?? 0n;
    await until(() => log.position === last);
    expect(positions).toEqual([]);
  });

  it('is taken up anew when it is stuck', async () => {
    const log = follow(50);
    await until(() => fake.subscriptions === 1);
    fake.faults.stallSubscriptions = true;
    put(3);
    const head = things().at(-1) ?? 0n;
    const poll = setInterval(() => {
      log.noteHead(head);
    }, 5);
    await until(() => log.starts === 2);
    fake.faults.stallSubscriptions = false;
    // The new one may have begun while the server was still silent.
    await until(() => positions.length === 3);
    clearInterval(poll);
    expect(positions).toEqual(things());
  });

  it('is one subscription for all who listen, and a silent one costs only time', async () => {
    const store = await openEventStoreDb({ url: fake.url, pollMs: 20 });
    const calls = [0, 0, 0];
    for (const index of calls.keys()) store.onAppended(() => calls[index]!++);
    await until(() => fake.subscriptions === 1);
    expect(fake.calls.subscribe).toBe(1);
    fake.faults.stallSubscriptions = true;
    const elsewhere = await openEventStoreDb({ url: fake.url });
    await elsewhere.append(appendTo(newStream(), { events: newEvents(2) }));
    await until(() => calls.every((count) => count > 0));
    await Promise.all([store.close(), elsewhere.close()]);
  });
});
