import { setTimeout as sleep } from 'node:timers/promises';
import { contestant } from '../append/contestants.js';
import { type OwnedStream, streamOf } from '../append/touchpoints.js';
import { type Handler } from '../harness/jobs.js';

/**
 * Writers that append a few events and pause for a moment, over and over. Nothing holds a transaction open by design: that
 * several of them are between taking a position and committing is what concurrent writers do.
 */
export const write: Handler<'delivery-write'> = async ({ url, store, plan }, ready) => {
  const { open } = await contestant(store);
  const { personaIds } = plan;
  const appender = await open({ url, callers: personaIds.length, personaIds });
  await ready();
  const deadline = performance.now() + plan.durationMs;
  const streams = await Promise.all(
    personaIds.map(async (personaId) => {
      const stream: OwnedStream = { personaId, version: 0 };
      do {
        const count = 1 + Math.floor(Math.random() * plan.eventsPerAppend);
        await appender.append(Array.from({ length: count }, (_, index) => ({ stream, order: stream.version + index })));
        stream.version += count;
        await sleep(Math.random() * plan.jitterMs);
      } while (performance.now() < deadline);
      return stream;
    }),
  );
  await appender.close();
  return streams.map((stream) => [streamOf(stream), stream.version] as const);
};
