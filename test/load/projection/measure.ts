import { type Handler, type ProjectionWay } from '../harness/jobs.js';
import { perEvent, type Reading, startMeter } from '../harness/meter.js';

export interface Course {
  readonly url: string;
  /** After so long, what was applied by then is what counts. */
  readonly limitMs: number;
  /** Awaited when the code is warm; gives the meter, which the way stops itself. */
  started(): Promise<() => Reading>;
}

/** Projects the log into a timeline. Answers how many events it applied, durably, while the meter ran. */
export type Way = (course: Course) => Promise<{ readonly events: number; readonly reading: Reading }>;

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
