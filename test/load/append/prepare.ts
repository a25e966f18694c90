import { randomUUID } from 'node:crypto';
import { type Handler } from '../harness/jobs.js';
import { type Contestant } from './appender.js';
import { contestant } from './contestants.js';
import { type OwnedStream } from './touchpoints.js';

/** Events of one customer are stored together: a log that was filled in this way is like one that grew. */
const EVENTS_PER_STREAM = 10;
const WRITERS = 16;

/** Makes the schema and, when asked to, a log of purchases. */
export const prepare: Handler<'prepare'> = async ({ url, store, fill }) => {
  const chosen = await contestant(store);
  await chosen.prepare(url);
  if (fill > 0) await fillLog(chosen, url, fill);
  return null;
};

/** Appends so many purchases, of new customers. */
export async function fillLog({ open }: Contestant, url: string, fill: number): Promise<void> {
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
}
