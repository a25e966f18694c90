import { describeEventStore } from '../event-store.conformance.js';
import { appendTo, newStream, stored } from '../fixtures/append-requests.js';
import { openMemoryEventStore } from './memory-event-store.js';

describeEventStore('memory', (given) => Promise.resolve(openMemoryEventStore(given)));

describe('the event store in memory', () => {
  it('does not let time go backwards when its clock does', async () => {
    const times = [2_000, 1_000, 3_000];
    const store = openMemoryEventStore({ now: () => times.shift() ?? 0 });
    const recordedAt = async () => stored(await store.append(appendTo(newStream()))).recordedAt;
    expect([await recordedAt(), await recordedAt(), await recordedAt()]).toEqual([2_000, 2_000, 3_000]);
  });

  it('gives each reader events of its own', async () => {
    const store = openMemoryEventStore();
    await store.append(appendTo('thing-1'));
    const [event] = (await store.readAll(0n, 1)).events;
    (event?.data as { size: number }).size = 99;
    expect((await store.readAll(0n, 1)).events[0]?.data).toEqual({ size: 1 });
  });
});
