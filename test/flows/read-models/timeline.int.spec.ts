import fc from 'fast-check';
import { queryTimeline, type TimelineRequest } from '#capabilities';
import { type Channel, type TimelineEntryView } from '#contracts';
import { decision, erasure, FIRST_POSITION, startReadSide, touchpoint, uuid, type ReadSide } from './read-side.js';

const noon = Date.UTC(2026, 2, 21, 12);
let side: ReadSide;

beforeAll(async () => {
  side = await startReadSide();
});
afterAll(() => side.close());

async function timelineOf(of: number, filters: Omit<TimelineRequest, 'customerId'> = {}) {
  const ports = { readModels: side.readModels, timeline: side.opener };
  const page = await queryTimeline(ports, { customerId: uuid(of), ...filters });
  if (!page.ok) throw new Error(page.reason);
  return page.value;
}

const kindsOf = (entries: readonly TimelineEntryView[]): readonly string[] => entries.map(({ kind }) => kind);

describe('a timeline', () => {
  it('shows what was reported, opened', async () => {
    const position = await side.record(
      touchpoint({
        of: 1,
        kind: 'complaint',
        at: noon,
        channel: 'telegram',
        identifiers: [{ kind: 'phone', value: '+989123456789' }],
        profile: { name: 'سارا', country: 'IR' },
        details: { text: 'کالا شکسته رسید', severity: 'high' },
      }),
    );
    const page = await timelineOf(1);
    expect(page).toEqual({
      data: [
        {
          id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
          position: position.toString(),
          version: 1,
          category: 'touchpoint',
          type: 'touchpoint.complaint',
          schemaVersion: 1,
          kind: 'complaint',
          customerId: uuid(1),
          channel: 'telegram',
          source: 'test',
          ...{ by: null, conversationId: null, complaintId: null },
          occurredAt: '2026-03-21T12:00:00.000Z',
          recordedAt: new Date(side.recordedAt(position)).toISOString(),
          erased: false,
          touchpointId: expect.stringMatching(/^t\d+$/) as string,
          identifiers: [{ kind: 'phone', value: '+989123456789' }],
          direction: null,
          profile: { name: 'سارا', country: 'IR' },
          details: { text: 'کالا شکسته رسید', severity: 'high' },
        },
      ],
      page: { next: null, prev: null },
      position: position.toString(),
    });
  });

  it('shows what was decided, between what was reported', async () => {
    const conversationId = uuid(0xc0);
    const [at, by] = [{ of: 40, stream: `conversation-${conversationId}` }, 'user:ada'];
    const ids = { messageId: uuid(0xc1), promiseId: uuid(0xc2) };
    const what = { what: 'canary of the promise', dueAt: '2026-03-22T12:00:00.000Z', owner: by };
    const reply = { by, messageId: ids.messageId, channel: 'chat', direction: 'ltr', text: 'canary of the reply' };
    await side.record(
      touchpoint({ of: 40, kind: 'message', at: noon }),
      decision({ ...at, type: 'conversation.replied', at: noon + 1, data: reply }),
      decision({ ...at, type: 'conversation.noted', at: noon + 2, data: { ...reply, text: 'canary of the note' } }),
      decision({ ...at, type: 'conversation.promised', at: noon + 3, data: { by, promiseId: ids.promiseId, ...what } }),
      decision({ ...at, type: 'conversation.promise_broken', at: noon + 5, data: { promiseId: ids.promiseId } }),
      touchpoint({ of: 40, kind: 'visit', at: noon + 4 }),
      decision({
        ...{ of: 40, at: noon + 6, type: 'service_clock.breached' },
        ...{ stream: `service_clock-${conversationId}-first_response-1` },
        data: { at: noon + 6, terms: { policyId: 'standard', targetSeconds: 60 } },
      }),
      decision({
        ...{ of: 40, at: noon + 7, type: 'complaint.responded', stream: `complaint-${uuid(0xc3)}` },
        data: { by, offered: 'refund', text: 'canary of the answer' },
      }),
    );
    const { data } = await timelineOf(40, { order: 'asc' });
    expect(kindsOf(data)).toEqual([
      ...['message', 'conversation.replied', 'conversation.promised', 'visit'],
      ...['conversation.promise_broken', 'service_clock.breached', 'complaint.responded'],
    ]);
    const decided = { category: 'decision', by, conversationId, complaintId: null, source: 'safar', erased: false };
    expect(data.slice(1, 3)).toMatchObject([
      {
        ...{ ...decided, channel: 'chat', direction: 'ltr', touchpointId: null, identifiers: [], profile: {} },
        details: { messageId: ids.messageId, text: 'canary of the reply' },
      },
      { ...decided, channel: null, details: { promiseId: ids.promiseId, ...what } },
    ]);
    expect(data.slice(4)).toMatchObject([
      { by: null, conversationId, details: { promiseId: ids.promiseId } },
      { by: null, conversationId, details: { clock: 'first_response', targetSeconds: 60, policyId: 'standard' } },
      {
        by,
        conversationId: null,
        complaintId: uuid(0xc3),
        details: { offered: 'refund', text: 'canary of the answer' },
      },
    ]);
    // As of a time, by category, by kind and by channel; and back and forth.
    expect(kindsOf((await timelineOf(40, { asOf: noon + 3 })).data)).toEqual([
      ...['conversation.promised', 'conversation.replied', 'message'],
    ]);
    expect(kindsOf((await timelineOf(40, { category: 'touchpoint' })).data)).toEqual(['visit', 'message']);
    const promises = {
      kinds: ['conversation.promised', 'conversation.promise_broken'],
      order: 'asc',
      limit: 1,
    } as const;
    const first = await timelineOf(40, promises);
    const second = await timelineOf(40, { ...promises, cursor: first.page.next ?? '' });
    const back = await timelineOf(40, { ...promises, cursor: second.page.prev ?? '' });
    expect([first, second, back].map((page) => kindsOf(page.data))).toEqual([
      ...[[promises.kinds[0]], [promises.kinds[1]], [promises.kinds[0]]],
    ]);
    expect(kindsOf((await timelineOf(40, { category: 'decision', channels: ['chat'] })).data)).toEqual([
      'conversation.replied',
    ]);
    // Of somebody whose key is gone, what is public is left until their rows go, too.
    side.destroyKey(40);
    const { data: closed } = await timelineOf(40, { category: 'decision' });
    expect(closed.map(({ details }) => details)).not.toContainEqual(
      expect.objectContaining({ text: expect.anything() as unknown }),
    );
    await side.record(erasure(40));
    expect((await timelineOf(40)).data).toEqual([]);
  });

  it('holds nothing personal in its table', async () => {
    await side.record(touchpoint({ of: 2, profile: { name: 'canary of two' } }));
    const { rows } = await side.database.owner.query<{ data: Record<string, unknown> }>(
      `SELECT data FROM rm.timeline_v2_b1 WHERE persona_id = $1`,
      [uuid(2)],
    );
    expect(rows[0]?.data['sealed']).toContain('canary');
    expect(JSON.stringify({ ...rows[0]?.data, sealed: '' })).not.toContain('canary');
  });

  it('is empty for somebody who is not known', async () => {
    expect(await timelineOf(999)).toEqual({ data: [], page: { next: null, prev: null }, position: '0' });
  });

  it('has the newest first, and can be turned round', async () => {
    await side.record(
      touchpoint({ of: 3, kind: 'call', at: noon + 1 }),
      touchpoint({ of: 3, kind: 'visit', at: noon }),
      touchpoint({ of: 3, kind: 'review', at: noon + 1 }),
    );
    // At the same moment, what was recorded later is newer.
    expect(kindsOf((await timelineOf(3)).data)).toEqual(['review', 'call', 'visit']);
    expect(kindsOf((await timelineOf(3, { order: 'asc' })).data)).toEqual(['visit', 'call', 'review']);
  });

  it('shows of an event whose key is gone what is public, and says so', async () => {
    await side.record(
      touchpoint({ of: 4, kind: 'purchase', profile: { name: 'x' }, details: { orderId: '7', branch: 'b' } }),
    );
    side.destroyKey(4);
    const [entry] = (await timelineOf(4)).data;
    expect(entry).toMatchObject({ erased: true, touchpointId: null, identifiers: [], details: { branch: 'b' } });
    expect(entry?.details).not.toHaveProperty('orderId');
  });

  it('is gone after an erasure, and begins anew', async () => {
    await side.record(touchpoint({ of: 5 }), touchpoint({ of: 5 }), erasure(5));
    expect((await timelineOf(5)).data).toEqual([]);
    await side.record(touchpoint({ of: 5, kind: 'call' }));
    expect(kindsOf((await timelineOf(5)).data)).toEqual(['call']);
  });
});

describe('the filters of a timeline', () => {
  let positions: readonly bigint[];

  beforeAll(async () => {
    const last = await side.record(
      touchpoint({ of: 10, kind: 'call', channel: 'phone', at: noon }),
      touchpoint({ of: 10, kind: 'custom:open-day', channel: 'store', at: noon + 1 }),
      touchpoint({ of: 10, kind: 'custom:fair', at: noon + 2 }),
      touchpoint({ of: 10, kind: 'visit', channel: 'web', at: noon + 3 }),
      // Happened first, and became known last.
      touchpoint({ of: 10, kind: 'message', channel: 'web', at: noon - 1 }),
    );
    positions = [4n, 3n, 2n, 1n, 0n].map((before) => last - before);
  });

  const kinds = async (filters: Omit<TimelineRequest, 'customerId'>) =>
    kindsOf((await timelineOf(10, { order: 'asc', ...filters })).data);

  it('choose kinds, and all custom ones by one word', async () => {
    expect(await kinds({ kinds: ['call', 'visit'] })).toEqual(['call', 'visit']);
    expect(await kinds({ kinds: ['custom:fair'] })).toEqual(['custom:fair']);
    expect(await kinds({ kinds: ['custom', 'call'] })).toEqual(['call', 'custom:open-day', 'custom:fair']);
    expect(await kinds({ kinds: [] })).toHaveLength(5);
  });

  it('choose channels; what has no channel is in none', async () => {
    expect(await kinds({ channels: ['web', 'phone'] })).toEqual(['message', 'call', 'visit']);
    expect(await kinds({ channels: ['store'], kinds: ['call'] })).toEqual([]);
  });

  it('begin at one time and end before another', async () => {
    expect(await kinds({ from: noon, to: noon + 2 })).toEqual(['call', 'custom:open-day']);
  });

  it('tell what had happened by a time', async () => {
    expect(await kinds({ asOf: noon })).toEqual(['message', 'call']);
  });

  it('tell what we knew at a position', async () => {
    const knownUpTo = positions[3] ?? 0n;
    expect(await kinds({ knownUpTo })).toEqual(['call', 'custom:open-day', 'custom:fair', 'visit']);
    expect(await kinds({ knownUpTo, asOf: noon })).toEqual(['call']);
    expect(await kinds({ knownUpTo: 0n })).toEqual([]);
  });

  it('leave the position to follow from as it is', async () => {
    const page = await timelineOf(10, { kinds: ['review'] });
    expect(page).toEqual({ data: [], page: { next: null, prev: null }, position: String(positions[4]) });
  });
});

describe('the pages of a timeline', () => {
  const channels: readonly Channel[] = ['web', 'phone', 'store'];
  const told = fc.sample(
    // Few moments, so that most entries share theirs with others.
    fc.record({ at: fc.integer({ min: 0, max: 4 }), channel: fc.constantFrom(...channels), mine: fc.boolean() }),
    { numRuns: 120, seed: 7 },
  );
  let mine: readonly { readonly position: bigint; readonly at: number; readonly channel: Channel }[];

  beforeAll(async () => {
    const last = await side.record(
      ...told.map(({ at, channel, mine: own }) => touchpoint({ of: own ? 20 : 21, at: noon + at, channel })),
    );
    const first = last - BigInt(told.length - 1);
    mine = told.flatMap((each, index) => (each.mine ? [{ ...each, position: first + BigInt(index) }] : []));
  });

  const walks = fc.record({
    limit: fc.constantFrom(1, 2, 3, 5, 8, 13, 200),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    channels: fc.subarray([...channels], { minLength: 1 }),
    asOf: fc.option(
      fc.integer({ min: 0, max: 4 }).map((at) => noon + at),
      { nil: undefined },
    ),
  });

  it('are the whole timeline, each entry once, there and back', async () => {
    await fc.assert(
      fc.asyncProperty(walks, async ({ limit, order, channels: chosen, asOf }) => {
        const filters = { limit, order, channels: chosen, ...(asOf !== undefined && { asOf }) };
        const expected = mine
          .filter(({ channel, at }) => chosen.includes(channel) && noon + at <= (asOf ?? Infinity))
          .toSorted((a, b) => a.at - b.at || Number(a.position - b.position))
          .map(({ position }) => position.toString());
        if (order === 'desc') expected.reverse();

        let page = await timelineOf(20, filters);
        expect(page.page.prev).toBeNull();
        const there = [...page.data];
        while (page.page.next !== null) {
          page = await timelineOf(20, { ...filters, cursor: page.page.next });
          there.push(...page.data);
        }
        expect(there.map(({ position }) => position)).toEqual(expected);

        const back = [...page.data];
        while (page.page.prev !== null) {
          page = await timelineOf(20, { ...filters, cursor: page.page.prev });
          back.unshift(...page.data);
        }
        expect(back.map(({ position }) => position)).toEqual(expected);
      }),
      { numRuns: 15, seed: 3 },
    );
  });

  it('end early where entries are large, and lose none', async () => {
    const [large, small] = ['x'.repeat(800_000), 'small'];
    const texts = [small, large, large, large, small, large, large, small];
    await side.record(...texts.map((text, index) => touchpoint({ of: 77, at: noon + index, details: { text } })));
    for (const order of ['asc', 'desc'] as const) {
      const there = [await timelineOf(77, { order, limit: 6 })];
      for (let next = there[0]?.page.next; next; next = there.at(-1)?.page.next)
        there.push(await timelineOf(77, { order, limit: 6, cursor: next }));
      const walked = there.flatMap(({ data }) => data.map(({ version }) => version));
      expect(order === 'asc' ? walked : walked.toReversed()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(there.map(({ data }) => data.length)).toEqual(order === 'asc' ? [4, 4] : [5, 3]);
      const back = [there.at(-1)];
      for (let prev = back[0]?.page.prev; prev; prev = back[0]?.page.prev)
        back.unshift(await timelineOf(77, { order, limit: 6, cursor: prev }));
      expect(back.flatMap((page) => page?.data.map(({ version }) => version))).toEqual(walked);
    }
  });

  it('stay where they are when something older comes in between', async () => {
    await side.record(...[5, 4, 3, 2].map((at) => touchpoint({ of: 22, kind: 'call', at: noon + at })));
    const first = await timelineOf(22, { limit: 2 });
    await side.record(
      touchpoint({ of: 22, kind: 'visit', at: noon + 6 }),
      touchpoint({ of: 22, kind: 'review', at: noon + 3 }),
    );
    const second = await timelineOf(22, { limit: 9, cursor: first.page.next ?? '' });
    expect(kindsOf(second.data)).toEqual(['review', 'call', 'call']);
    const before = await timelineOf(22, { cursor: first.page.prev ?? second.page.prev ?? '' });
    expect(kindsOf(before.data)).toEqual(['visit', 'call', 'call']);
  });

  it('refuse what is not a cursor of this list and this order', async () => {
    const forged = (list: string, ...key: readonly unknown[]) =>
      Buffer.from(JSON.stringify([list, 'next', ...key])).toString('base64url');
    const cursors = [
      'x',
      forged('timeline-asc', noon, '1'),
      forged('customers', noon, '1'),
      forged('timeline-desc', noon),
      forged('timeline-desc', 8.64e15, '1'),
      forged('timeline-desc', noon, '9223372036854775808'),
      forged('timeline-desc', noon, '-1'),
      forged('timeline-desc', noon, 1),
      forged('timeline-desc', String(noon), '1'),
    ];
    const ports = { readModels: side.readModels, timeline: side.opener };
    for (const cursor of cursors)
      expect(await queryTimeline(ports, { customerId: uuid(20), cursor })).toEqual({
        ok: false,
        reason: 'invalid_cursor',
      });
  });
});

describe('a position', () => {
  it('is beyond 2^31 in these tests', () => {
    expect(FIRST_POSITION).toBe(2_147_483_648n);
  });
});
