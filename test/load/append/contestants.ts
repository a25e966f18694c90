import { type StoreName } from '../harness/jobs.js';
import { type Contestant } from './appender.js';

/** Loaded when it is asked for. */
const contestants: { readonly [Name in StoreName]: () => Promise<Contestant> } = {
  safar: async () => (await import('./safar.js')).safar,
  emmett: async () => (await import('./emmett.js')).emmett,
  raw: async () => (await import('./raw.js')).raw,
};

export const contestant = (name: StoreName): Promise<Contestant> => contestants[name]();
