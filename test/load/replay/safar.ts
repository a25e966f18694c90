import { type Position, START } from '#kernel';
import { openPostgresEventStore } from '#platform/event-store';
import { storeSubscription } from '#platform/projections';
import { type Replay } from './measure.js';

const PAGE_EVENTS = 5_000;

/** The source that projections read, with a consumer that does nothing: every event decoded, its JSON parsed. */
export const safar: Replay = async (url, started) => {
  const store = await openPostgresEventStore({ url, applicationName: 'safar bench' });
  const source = storeSubscription(store);
  const stop = await started();
  let events = 0;
  let after: Position = START;
  for (let full = true; full;) {
    const page = await source.read(after, PAGE_EVENTS);
    events += page.events.length;
    after = page.upTo;
    ({ full } = page);
  }
  const reading = stop();
  await store.close();
  return { events, reading };
};
