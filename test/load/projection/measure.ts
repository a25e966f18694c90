import { type Handler, type ProjectionWay } from '../harness/jobs.js';
import { perEvent, startMeter } from '../harness/meter.js';
import { type Way } from './way.js';

const ways: { readonly [Name in ProjectionWay]: () => Promise<Way> } = {
  safar: async () => (await import('./safar.js')).live,
  'safar-rebuild': async () => (await import('./safar.js')).rebuild,
  emmett: async () => (await import('./emmett.js')).emmett,
  raw: async () => (await import('./raw.js')).raw,
};

export const measureProjection: Handler<'projection'> = async ({ url, postmasterPid, way, limitMs }, ready) => {
  const project = await ways[way]();
  const { events, reading } = await project({
    url,
    limitMs,
    started: async () => {
      await ready();
      return startMeter(postmasterPid);
    },
  });
  return { events, seconds: reading.seconds, ...perEvent(reading, events) };
};
