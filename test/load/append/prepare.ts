import { randomUUID } from 'node:crypto';
import { type Handler } from '../harness/jobs.js';
import { contestant } from './contestants.js';
import { type OwnedStream } from './touchpoints.js';

/** Events of one customer are stored together: a log that was filled in this way is like one that grew. */
const EVENTS_PER_STREAM = 10;
const WRITERS = 16;

/** Makes the schema and, when asked to, a log of purchases. */
export const prepare: Handler<'prepare'> = async ({ url, store, fill }) => {
  const { prepare: prepareSchema, open } = await contestant(store);
  await prepareSchema(url);
  if (fill === 0) return null;
  const streams: OwnedStream[] = Array.from({ length: Math.ceil(fill / EVENTS_PER_STREAM) }, () => ({
    personaId: randomUUID(),
    version: 0,
  }));
  const appender = await open({ url, callers: WRITERS, personaIds: streams.map(({ personaId }) => personaId) });
  let order = 0;
  const write = async (): Promise<void> => {
    for (let stream = streams.pop(); stream; stream = streams.pop()) {
      const owner = stream;
      await appender.append(Array.from({ length: EVENTS_PER_STREAM }, () => ({ stream: owner, order: order++ })));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await appender.close();
  return null;
};
