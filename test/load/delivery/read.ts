import { type Delivered, type Handler, type LogName } from '../harness/jobs.js';

export interface TailOptions {
  readonly url: string;
  /** The last event is in this stream: it is appended after all writers have ended, so whatever comes later never comes. */
  readonly untilStream: string;
}

/** Follows a log from its beginning until the last event was given. */
export type Tail = (
  options: TailOptions,
  started: () => Promise<void>,
  given: (stream: string, version: number) => void,
) => Promise<void>;

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
