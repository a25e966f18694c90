import { randomUUID } from 'node:crypto';
import { FakeEventStoreDb } from '#testing';
import { describeEventStore } from '../event-store.conformance.js';
import { openEventStoreDb } from './eventstoredb-event-store.js';

/** A real server, where there is one; else a fake in this process. */
const realUrl = process.env['SAFAR_EVENTSTORE_URL'];

let fake: FakeEventStoreDb | undefined;
beforeAll(async () => {
  if (realUrl === undefined) fake = await FakeEventStoreDb.start();
});
afterAll(() => fake?.stop());

const namespace = (): string => `safar_test_${randomUUID().replaceAll('-', '').slice(0, 20)}`;

describeEventStore(
  realUrl === undefined ? 'EventStoreDB (fake)' : 'EventStoreDB',
  () =>
    openEventStoreDb({
      ...{ url: realUrl ?? fake?.url ?? '', namespace: namespace(), pollMs: 50 },
      // The double works in this process: a thousand events read at once are no five seconds, but on a busy machine.
      ...{ answerMs: 30_000, patienceMs: 60_000 },
    }),
  { positions: 'growing', histories: 12 },
);
