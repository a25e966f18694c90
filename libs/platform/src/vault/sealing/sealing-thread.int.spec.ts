import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { takeApart, unseal, type Sealable } from './sealing.js';
import { SealingThread } from './sealing-thread.js';

// The compiled thread: what an installation runs.
const file = pathToFileURL(path.resolve('dist/libs/platform/src/vault/sealing/sealing-worker.js'));

const parts = (count: number): Sealable[] => {
  const dataKey = createSecretKey(randomBytes(32));
  return Array.from({ length: count }, (_, index) => ({
    ...{ dataKey, personaId: randomUUID(), incarnation: 1, eventId: randomUUID() },
    text: JSON.stringify({ name: `سارا ${String(index)}` }),
  }));
};

const opened = (batch: readonly Sealable[], sealed: readonly string[]): string[] =>
  batch.map(({ dataKey, personaId, eventId }, index) =>
    JSON.stringify(unseal(dataKey, personaId, eventId, takeApart(sealed[index]!))),
  );

const texts = (batch: readonly Sealable[]): string[] => batch.map(({ text }) => text);

let thread: SealingThread;

beforeEach(() => {
  thread = new SealingThread(file);
});
afterEach(() => thread.end());

describe('the sealing thread', () => {
  it('seals each part of many batches at once as this thread would, in their order', async () => {
    const batches = Array.from({ length: 50 }, (_, index) => parts(1 + index * 4));
    const answers = await Promise.all(batches.map(thread.sealAll));
    batches.forEach((batch, index) => {
      expect(opened(batch, answers[index]!)).toEqual(texts(batch));
    });
    expect(new Set(answers.flat()).size).toBe(answers.flat().length);
  });

  it('loses nothing when it dies, however often', async () => {
    for (let death = 0; death < 5; death++) {
      const batches = Array.from({ length: 10 }, () => parts(100));
      const answers = Promise.all(batches.map(thread.sealAll));
      await thread.end();
      const sealed = await answers;
      batches.forEach((batch, index) => {
        expect(opened(batch, sealed[index]!)).toEqual(texts(batch));
      });
    }
  });

  it('is not asked when its file is broken: this thread seals then', async () => {
    const broken = new SealingThread(new URL('data:text/javascript,throw new Error("broken")'));
    const batch = parts(64);
    for (let tries = 0; tries < 5; tries++) expect(opened(batch, await broken.sealAll(batch))).toEqual(texts(batch));
  });

  it('fails as this thread would', async () => {
    const tooLong = parts(40).map((part) => ({ ...part, eventId: 'x'.repeat(1_000) }));
    await expect(thread.sealAll(tooLong)).rejects.toThrow(RangeError);
    const batch = parts(40);
    expect(opened(batch, await thread.sealAll(batch))).toEqual(texts(batch));
  });
});
