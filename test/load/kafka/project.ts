import { setTimeout as sleep } from 'node:timers/promises';
import { timeline } from '#capabilities';
import { startProjections } from '#platform/projections';
import { type Handler } from '../harness/jobs.js';
import { perEvent, startMeter } from '../harness/meter.js';
import { openKafkaFeed } from './feed.js';

/** Events that this process applies before the measurement: the code is compiled by then. */
const WARM_UP_EVENTS = 5_000;
/** Several processes have divided the lanes by then; one that has none waits no longer. */
const WARM_UP_MS = 2_500;
const LOOK_EVERY_MS = 20;

/** The engine as a projector runs it, far behind, fed from the topic or from the store; this process's share of the events. */
export const projectKafka: Handler<'kafka-project'> = async (
  { url, postmasterPid, brokers, topic, fedFrom, limitMs },
  ready,
) => {
  const { parts, feed, close } = await openKafkaFeed(url, { brokers, topic });
  const head = await parts.store.head();
  let applied = 0;
  const host = startProjections(
    {
      ...parts,
      ...(fedFrom === 'topic' && { feed }),
      settings: { pollMs: 100 },
      onApplied: ({ events, failed }) => {
        if (!failed) applied += events.length;
      },
    },
    [timeline],
  );
  const warmUntil = performance.now() + WARM_UP_MS;
  while (applied < WARM_UP_EVENTS && performance.now() < warmUntil) await sleep(LOOK_EVERY_MS);
  await ready();
  const stop = startMeter(postmasterPid);
  const before = applied;
  const end = performance.now() + limitMs;
  while (performance.now() < end && (await parts.appliedPosition()) < head) await sleep(LOOK_EVERY_MS);
  const events = applied - before;
  const reading = stop();
  await host.stop();
  await close();
  return { events, seconds: reading.seconds, ...perEvent(reading, Math.max(events, 1)) };
};
