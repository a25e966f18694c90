import { START } from '#kernel';
import { openPostgresEventStore } from '#platform/event-store';
import { type Replay } from './replay.js';

/** The log from its first event into a consumer that does nothing: every event decoded, its JSON parsed. */
export const safar: Replay = async (url, started) => {
  const store = await openPostgresEventStore({ url, applicationName: 'safar bench' });
  const stop = await started();
  let events = 0;
  for await (const page of store.replay(START)) events += page.length;
  const reading = stop();
  await store.close();
  return { events, reading };
};
