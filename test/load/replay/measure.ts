import { type Handler, type ReplayWay } from '../harness/jobs.js';
import { perEvent, startMeter } from '../harness/meter.js';
import { type Replay } from './replay.js';

const ways: { readonly [Way in ReplayWay]: () => Promise<Replay> } = {
  safar: async () => (await import('./safar.js')).safar,
  pages: async () => (await import('./raw.js')).pages,
  copy: async () => (await import('./raw.js')).copy,
};

export const measureReplay: Handler<'replay'> = async ({ url, postmasterPid, way }, ready) => {
  const replay = await ways[way]();
  // The first pass compiles the code and brings the table into the server's memory; everybody is measured on the second.
  await replay(url, () => Promise.resolve(startMeter(undefined)));
  const { events, reading } = await replay(url, async () => {
    await ready();
    return startMeter(postmasterPid);
  });
  return { events, seconds: reading.seconds, ...perEvent(reading, events) };
};
