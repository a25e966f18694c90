import { setTimeout as sleep } from 'node:timers/promises';
import { timeline } from '#capabilities';
import { projectionAdmin, startProjections } from '#platform/projections';
import { type Way } from './way.js';
import { type OpenTimeline, openTimeline } from './open-timeline.js';

/** Events that are applied before the measurement: the code is compiled by then. */
const WARM_UP_EVENTS = 10_000n;
const LOOK_EVERY_MS = 5;

/** The engine as an installation runs it, following a log that is far ahead: durable batches with their checkpoint. */
export const live: Way = async ({ url, limitMs, started }) => {
  const parts = await openTimeline(url);
  const head = await parts.store.head();
  const host = startProjections(parts, [timeline]);
  await applied(parts, WARM_UP_EVENTS < head ? WARM_UP_EVENTS : 0n);
  const stop = await started();
  const before = await parts.appliedPosition();
  const deadline = performance.now() + limitMs;
  const after = await applied(parts, head, deadline);
  const reading = stop();
  await host.stop();
  await parts.close();
  return { events: Number(after - before), reading };
};

/** A new build from the first event, with its indexes, until it is the one that is read. */
export const rebuild: Way = async ({ url, started }) => {
  const parts = await openTimeline(url);
  const host = startProjections(parts, [timeline]);
  await applied(parts, WARM_UP_EVENTS);
  await host.stop();
  const head = await parts.store.head();
  const stop = await started();
  await projectionAdmin(parts, [timeline]).rebuild(timeline.name);
  const reading = stop();
  await parts.close();
  return { events: Number(head), reading };
};

async function applied(parts: OpenTimeline, position: bigint, deadline = Infinity): Promise<bigint> {
  for (;;) {
    const reached = await parts.appliedPosition();
    if (reached >= position || performance.now() >= deadline) return reached;
    await sleep(LOOK_EVERY_MS);
  }
}
