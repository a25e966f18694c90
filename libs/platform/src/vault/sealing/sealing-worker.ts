import { type KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { seal, type Sealable } from './sealing.js';

/**
 * What is asked of the thread, by column: with an object for each part, the names of its members were copied with each, and handing
 * over cost as much as half of the sealing.
 */
export interface SealingJob {
  readonly number: number;
  readonly dataKeys: readonly KeyObject[];
  readonly personaIds: readonly string[];
  readonly incarnations: readonly number[];
  readonly eventIds: readonly string[];
  readonly texts: readonly string[];
}

export const jobOf = (number: number, parts: readonly Sealable[]): SealingJob => ({
  number,
  dataKeys: parts.map(({ dataKey }) => dataKey),
  personaIds: parts.map(({ personaId }) => personaId),
  incarnations: parts.map(({ incarnation }) => incarnation),
  eventIds: parts.map(({ eventId }) => eventId),
  texts: parts.map(({ text }) => text),
});

/** What it answers. */
export interface SealedJob {
  readonly number: number;
  readonly sealed: readonly string[];
}

parentPort?.on('message', ({ number, dataKeys, personaIds, incarnations, eventIds, texts }: SealingJob) => {
  const sealed = dataKeys.map((dataKey, index) =>
    seal({
      dataKey,
      personaId: personaIds[index] ?? '',
      incarnation: incarnations[index] ?? 0,
      eventId: eventIds[index] ?? '',
      text: texts[index] ?? '',
    }),
  );
  const answer: SealedJob = { number, sealed };
  parentPort?.postMessage(answer);
});
