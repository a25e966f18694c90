import { createHash, randomUUID } from 'node:crypto';
import { type OpenTimeline } from '#capabilities';
import { type TimelineCategory } from '#contracts';
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
  it('shows touchpoints and decisions, or one of both', async () => {
    const store = openMemoryEventStore();
    const replied = { by: 'user:ada', messageId: randomUUID(), channel: 'chat', direction: 'ltr', text: 'Coming' };
    const events = [
      fair('one'),
      { ...fair(''), id: randomUUID(), type: 'conversation.noted', data: replied },
      { ...fair(''), id: randomUUID(), type: 'conversation.replied', data: replied },
    ];
    await store.append({
      ...{ appendId: randomUUID(), requestHash: Buffer.alloc(16) },
      streams: [{ stream: 'conversation-0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50', expect: 'any', events }],
    });
    const seen = async (category?: TimelineCategory): Promise<readonly (string | null)[]> => {
      const stop = new AbortController();
      const wanted = { after: START, kinds: [], channels: [], ...(category && { category }) };
      const kinds: string[] = [];
      for await (const { kind, by } of tail({ store, openTimeline }, wanted, stop.signal)) {
        kinds.push(`${kind} ${by ?? ''}`);
        if (kinds.length === (category ? 1 : 2)) stop.abort();
      }
      return kinds;
    };
    expect(await seen()).toEqual(['custom:fair ', 'conversation.replied user:ada']);
    expect(await seen('decision')).toEqual(['conversation.replied user:ada']);
  });

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
