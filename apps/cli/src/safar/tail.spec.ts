import { createHash, randomUUID } from 'node:crypto';
import { type OpenTimeline } from '#capabilities';
import { START } from '#kernel';
import { MAX_PAGE_CHARACTERS, openMemoryEventStore } from '#platform/event-store';
import { tail } from './tail.js';

/** As nothing is sealed here. */
const openTimeline: OpenTimeline = {
  open: (entries) =>
    Promise.resolve(entries.map(({ schemaVersion, data }) => ({ schemaVersion, data, erased: false }))),
};

const fair = (text: string) => ({
  id: randomUUID(),
  type: 'touchpoint.custom',
  schemaVersion: 1,
  key: 'b7763f0c-43e8-8ec4-84d8-5a77ef729797',
  occurredAt: 1000,
  data: { kind: 'custom:fair', channel: 'store', source: 'shop', details: { text } },
  meta: { source: '/sources/shop', correlationId: 'c', causationId: 'c' },
});

describe('tail', () => {
  it('goes on after a page that was cut because its events are large, and then waits for what comes', async () => {
    const store = openMemoryEventStore();
    const append = async (...texts: readonly string[]): Promise<void> => {
      const appendId = randomUUID();
      const requestHash = createHash('md5').update(appendId).digest();
      await store.append({
        appendId,
        requestHash,
        streams: [{ stream: 'thing-1', expect: 'any', events: texts.map(fair) }],
      });
    };
    await append(...Array.from({ length: 6 }, () => 'x'.repeat(MAX_PAGE_CHARACTERS / 2)), 'the last for now');
    const stop = new AbortController();
    const versions: number[] = [];
    for await (const entry of tail({ store, openTimeline }, { after: START, kinds: [], channels: [] }, stop.signal)) {
      versions.push(entry.version);
      if (entry.version === 7) await append('what comes');
      if (entry.version === 8) stop.abort();
    }
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
