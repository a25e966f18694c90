import { type Delivered, type Handler, type LogName } from '../harness/jobs.js';
import { type Tail } from './tail.js';

const tails: { readonly [Name in LogName]: () => Promise<Tail> } = {
  safar: async () => (await import('./tail-safar.js')).tailSafar,
  emmett: async () => (await import('./tail-emmett.js')).tailEmmett,
};

/** A consumer that follows the log while it is written. */
export const read: Handler<'delivery-read'> = async ({ url, store, untilStream }, ready) => {
  const tail = await tails[store]();
  const delivered: Delivered[number][] = [];
  await tail({ url, untilStream }, ready, (stream, version) => delivered.push([stream, version]));
  return delivered;
};
