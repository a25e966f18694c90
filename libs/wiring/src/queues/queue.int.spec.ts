import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  backlog,
  countQueue,
  countSelections,
  LiveCounts,
  listQueue,
  offersToAgent,
  QueueFeed,
  queueSql,
  serviceReport,
  type QueueSelection,
} from '#capabilities';
import {
  clockStream,
  type ConversationData,
  conversationStream,
  type LiveCountsView,
  type QueueCount,
  type QueueItemView,
  type QueueFilter,
  queueViews,
  queueViewsStream,
} from '#contracts';
import { type ReadModels } from '#kernel';
import { testDatabase, type TestDatabase, until } from '#testing';
import { Temporal } from 'temporal-polyfill';
import { loadConfig } from '../config/config.js';
import { ExplainedReads } from '../fixtures/explained-reads.js';
import { type Installation, openInstallation } from '../installation.js';
import { migrations } from '../migrations.js';

let database: TestDatabase;
let dataDir: string;
let installation: Installation;

beforeAll(async () => {
  database = await testDatabase(migrations);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-queue-'));
  installation = await openInstallation(loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir }), {
    program: 'queue',
  });
  installation.startProjections({ pollMs: 20 });
  await shown(await append(999, opening(999, Date.now())));
});
afterAll(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

/** `SAFAR_QUEUE_SAMPLES=1000` for as many as the queue is held to. */
const SAMPLES = Number(process.env['SAFAR_QUEUE_SAMPLES'] ?? '240');

/** Repeatable, so that a failure can be looked at again (mulberry32). */
let seed = 20_261_129;
const seeds = `seed ${String(seed)}`;
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}
const below = (end: number): number => Math.floor(random() * end);
const oneOf = <Value>(...values: readonly [Value, ...Value[]]): Value => values[below(values.length)] ?? values[0];

const me = 'user:ada';
const uuid = (number: number): string => `018f0000-0000-8000-8000-${String(number).padStart(12, '0')}`;
const customerOf = (conversation: number): string => uuid(900_000 + (conversation % 7));

type Told = {
  readonly stream: string;
  readonly type: string;
  readonly at: number;
  readonly data: object;
  readonly key?: string;
};

const fact = <T extends keyof ConversationData>(
  conversation: number,
  type: T,
  at: number,
  data: ConversationData[T],
): Told => ({ stream: conversationStream(uuid(conversation)), type, at, data });

async function append(conversation: number, ...events: readonly Told[]): Promise<bigint> {
  const meta = { source: '/test', correlationId: 'c', causationId: 'c' };
  const outcome = await installation.store.append({
    ...{ appendId: randomUUID(), requestHash: randomBytes(16) },
    streams: events.map(({ stream, type, at, data, key = customerOf(conversation) }) => ({
      ...{ stream, expect: 'any' },
      events: [{ ...{ id: randomUUID(), type, schemaVersion: 1, key, occurredAt: at, data, meta } }],
    })),
  });
  if (outcome.status !== 'appended') throw new Error(outcome.status);
  return outcome.lastPosition;
}

/** The subjects come from elsewhere. */
async function shown(position: bigint): Promise<void> {
  for (const model of ['queue', 'conversations'])
    if (!(await installation.readModels.waitUntil(model, position, 60_000))) throw new Error('not applied');
}

const opening = (conversation: number, at: number): Told =>
  fact(conversation, 'conversation.opened', at, {
    ...{ origin: 'touchpoint', customerId: customerOf(conversation), incarnation: 1, subject: '' },
    channel: oneOf('chat', 'email', null),
  });

const terms = { policyId: 'p', policyVersion: 1, calendarId: 'c', calendarVersion: 1, targetSeconds: 60 };
let clocks = 0;

/** Something that may happen to a conversation. What a decider would refuse is no less an event to a fold. */
function happening(conversation: number): Told {
  const at = Date.now();
  const soon = at + below(1_500) - 300;
  const one = (type: keyof ConversationData, data: object): Told => ({
    ...{ stream: conversationStream(uuid(conversation)), type, at, data },
  });
  const clock = (type: string, data: object): Told => ({
    stream: clockStream({
      conversationId: uuid(conversation),
      kind: oneOf('update', 'resolution'),
      ordinal: 1 + below(2),
    }),
    ...{ type: `service_clock.${type}`, at, data: { at, ...data } },
  });
  clocks += 1;
  const promise = { by: me, promiseId: uuid(800_000 + below(3)) };
  // Due at any moment, today, or another day.
  const promisedFor = oneOf(soon, soon, at + below(86_400_000), at + 2 * 86_400_000);
  return oneOf<() => Told>(
    () =>
      one('conversation.message_received', {
        messageId: uuid(clocks),
        kind: 'message',
        channel: 'chat',
        direction: 'rtl',
      }),
    () => one('conversation.replied', { by: me, messageId: uuid(clocks), channel: 'chat', direction: 'ltr' }),
    () => one('conversation.noted', { by: 'user:bea', messageId: uuid(clocks), direction: 'ltr', mentions: [me] }),
    () => one('conversation.mention_seen', { by: me }),
    () => one('conversation.assigned', oneOf<object>({ by: me, agent: me }, { by: me, agent: 'user:bea' }, { by: me })),
    () => one('conversation.transferred', oneOf<object>({ by: me, team: 'returns' }, { by: me })),
    () => one('conversation.prioritised', { by: me, priority: oneOf('low', 'normal', 'high', 'urgent') }),
    () => one('conversation.tagged', { by: me, added: [oneOf('late', 'parcel')], removed: [oneOf('broken', 'late')] }),
    () =>
      one('conversation.status_changed', {
        category: oneOf('open', 'waiting_customer', 'resolved'),
        status: 's',
        cause: 'agent',
      }),
    () => one('conversation.snoozed', { by: me, until: new Date(soon).toISOString(), wake: 'stay' }),
    () => one('conversation.reopened', { by: me, cause: 'agent' }),
    () => one(oneOf('conversation.spam_marked', 'conversation.spam_cleared'), { by: me }),
    () => clock('activated', { kind: 'resolution', terms, dueAt: soon }),
    () => clock('activated', { kind: 'update', terms, dueAt: soon }),
    () => clock('fulfilled', { verdict: 'on_time' }),
    () => clock('paused', {}),
    () => clock('resumed', { dueAt: soon }),
    () => clock('restated', { cause: 'terms_changed', terms, dueAt: soon }),
    () => clock('warned', { dueAt: soon, beforeSeconds: 60, to: [oneOf(me, 'team:returns')] }),
    () => clock('breached', { terms }),
    () => one('conversation.woken', { cause: 'time' }),
    () => one('conversation.merged', { by: me, into: uuid(0) }),
    () => one('conversation.promised', { ...promise, owner: me, dueAt: new Date(promisedFor).toISOString() }),
    () =>
      one(
        oneOf(
          'conversation.promise_rescheduled',
          'conversation.promise_kept',
          'conversation.promise_waived',
          'conversation.promise_broken',
        ),
        {
          ...promise,
          ...{ verdict: 'kept', dueAt: new Date(promisedFor).toISOString() },
        },
      ),
    () => one('conversation.unmerged', { by: me, from: uuid(0) }),
  )();
}

const selections: readonly QueueSelection[] = [
  ...queueViews.map((view) => ({ view, self: me, withinSeconds: 1 })),
  { view: 'promised_today', self: me, timeZone: 'Asia/Tehran' },
  { view: 'all', self: me, team: 'returns' },
  { view: 'unassigned', self: me, priorities: ['urgent', 'low'], channel: 'chat' },
  { view: 'all', self: me, tags: ['late'], categories: ['open', 'snoozed'] },
  { view: 'all', self: me, statuses: ['s', 'open'] },
];

interface Wanted {
  readonly at: number;
  readonly past?: boolean;
  readonly limit?: number;
  readonly cursor?: string | null | undefined;
}

async function page(selection: QueueSelection, { at, past = false, limit = 200, cursor }: Wanted) {
  const asked = { selection, at, past, limit, ...(typeof cursor === 'string' && { cursor }) };
  const found = await listQueue(installation.queues, asked);
  if (!found.ok) throw new Error(found.reason);
  return found.value;
}

const later = async (time: number): Promise<number> => {
  while (Date.now() <= time) await new Promise((resolve) => setImmediate(resolve));
  return Date.now();
};

const rankOf = { urgent: 0, high: 1, normal: 2, low: 3 };
const never = '9999';
/** The order of the queue as it is defined, of what waits for us: of the rest the item does not say since when somebody waits. */
const orderOf = ({ breached, priority, nextDueAt, turnSince, conversationId }: QueueItemView) =>
  [breached ? 0 : 1, rankOf[priority], nextDueAt ?? never, turnSince, conversationId] as const;

describe('the queue', () => {
  it(`as of ${String(SAMPLES)} instants is what a recorder of the live queue saw then (${seeds})`, async () => {
    const recorded: { readonly at: number; readonly selection: QueueSelection; readonly seen: string }[] = [];
    let conversations = 0;
    for (let step = 0; step < SAMPLES / 8; step += 1) {
      let position = 0n;
      for (let event = 0; event < 3; event += 1) {
        const isNew = conversations === 0 || (conversations < 40 && random() < 0.3);
        const which = isNew ? conversations++ : below(conversations);
        position = await append(which, isNew ? opening(which, Date.now() - below(5_000)) : happening(which));
      }
      await shown(position);
      const { events: last } = await installation.store.readAll((await installation.store.head()) - 1n, 1);
      for (let sample = 0; sample < 8; sample += 1) {
        const at = await later(last[0]?.recordedAt ?? 0);
        const selection = selections[below(selections.length)] ?? { view: 'all', self: me };
        recorded.push({ at, selection, seen: JSON.stringify(await page(selection, { at })) });
      }
      await later(recorded.at(-1)?.at ?? 0);
    }
    expect(recorded).toHaveLength(SAMPLES);
    for (const { at, selection, seen } of recorded)
      expect({ at, selection, then: JSON.stringify(await page(selection, { at, past: true })) }).toEqual({
        at,
        selection,
        then: seen,
      });
    // A recorder that saw nothing would agree with anything. How much it saw depends on the machine: what falls due passes with the time.
    const items = recorded.map(({ seen }) => (JSON.parse(seen) as { data: QueueItemView[] }).data);
    expect(items.flat().filter(({ breached }) => breached).length).toBeGreaterThan(SAMPLES / 20);
    expect(items.filter(({ length }) => length > 0).length).toBeGreaterThan(SAMPLES / 5);
  }, 600_000);

  it('is in the order of its definition, whole in pages of any size, forwards and back, live and as of', async () => {
    const at = await later(Date.now());
    let byWaiting = 0;
    for (const past of [false, true])
      for (const selection of selections) {
        const { data: whole } = await page(selection, { at, past });
        const ours = whole.filter(({ turn }) => turn === 'ours').map(orderOf);
        expect(ours).toEqual(ours.toSorted((one, other) => (one < other ? -1 : 1)));
        byWaiting += ours.filter((item, index) => `${item.slice(0, 3)}` === `${ours[index - 1]?.slice(0, 3)}`).length;
        const forwards: string[] = [];
        let last = '';
        for (let cursor: string | null | undefined; cursor !== null;) {
          const part = await page(selection, { at: at + (past ? 0 : forwards.length), past, limit: 3, cursor });
          forwards.push(...part.data.map(({ conversationId }) => conversationId));
          cursor = part.page.next;
          last = part.page.prev ?? '';
        }
        expect(forwards).toEqual(whole.map(({ conversationId }) => conversationId));
        if (last === '') continue;
        const backwards: string[] = [];
        for (let cursor: string | null = last; cursor !== null;) {
          const part = await page(selection, { at, past, limit: 3, cursor });
          backwards.unshift(...part.data.map(({ conversationId }) => conversationId));
          cursor = part.page.prev;
        }
        expect(backwards).toEqual(forwards.slice(0, backwards.length));
        expect(backwards.length).toBeGreaterThanOrEqual(forwards.length - 3);
      }
    // Among equals who waits longest decides, and there were some.
    expect(byWaiting).toBeGreaterThan(3);
  });

  it('has by categories and statuses what is shown to stand so: a snooze that is over stands as open', async () => {
    const now = Date.now();
    const snoozing = (conversation: number, until: number) =>
      fact(conversation, 'conversation.snoozed', now, { by: me, until: new Date(until).toISOString(), wake: 'stay' });
    await append(79, opening(79, now));
    await append(79, snoozing(79, now + 200));
    await append(80, opening(80, now));
    await shown(await append(80, snoozing(80, now + 86_400_000)));
    const at = await later(now + 200);
    const standsAs = async (categories: NonNullable<QueueFilter['categories']>) =>
      (await page({ view: 'all', self: me, categories }, { at })).data.map(({ conversationId }) => conversationId);
    expect([await standsAs(['open']), await standsAs(['snoozed'])]).toEqual([
      expect.arrayContaining([uuid(79)]),
      expect.arrayContaining([uuid(80)]),
    ]);
    const standing = [['open'], ['snoozed'], ['open', 'waiting_customer'], ['waiting_customer', 'snoozed']] as const;
    const filters: readonly QueueFilter[] = [
      ...standing.map((categories) => ({ categories })),
      ...[['open'], ['s'], ['snoozed', 's'], ['open', 'snoozed']].map((statuses) => ({ statuses })),
      ...standing.flatMap((categories) => [['open'], ['s', 'open']].map((statuses) => ({ categories, statuses }))),
    ];
    const ids = (items: readonly QueueItemView[]) => items.map(({ conversationId }) => conversationId);
    for (const view of ['all', 'unassigned', 'snoozed', 'mentions'] as const)
      for (const past of [false, true]) {
        const { data: whole } = await page({ view, self: me }, { at, past });
        for (const filter of filters) {
          const { categories, statuses } = filter;
          const meant = whole.filter(
            ({ category, status }) => (categories?.includes(category) ?? true) && (statuses?.includes(status) ?? true),
          );
          const { data } = await page({ view, self: me, ...filter }, { at, past });
          expect([view, past, filter, ids(data)]).toEqual([view, past, filter, ids(meant)]);
          if (past) continue;
          const [count] = await countSelections(installation.readModels, [{ view, self: me, ...filter }], at);
          expect([view, filter, count?.count]).toEqual([view, filter, meant.length]);
        }
      }
  });

  it('goes on from a cursor only where the same is asked for, and as of the same time', async () => {
    const at = await later(Date.now());
    const asked = { view: 'all', self: me, priorities: ['normal', 'high', 'urgent'] } as const;
    const others: readonly QueueSelection[] = [
      ...[
        { ...asked, team: 'returns' },
        { ...asked, view: 'mine' as const },
        { ...asked, statuses: ['open'] },
      ],
      ...[
        { ...asked, priorities: ['normal'] as const },
        { ...asked, timeZone: 'Asia/Tehran' },
      ],
    ];
    const goesOn = async (selection: QueueSelection, { at: time, past, cursor }: Wanted): Promise<boolean> =>
      (
        await listQueue(installation.queues, {
          ...{ selection, at: time, past: past ?? false },
          ...(typeof cursor === 'string' && { cursor }),
        })
      ).ok;
    for (const past of [false, true]) {
      const cursor = (await page(asked, { at, past, limit: 1 })).page.next;
      expect(cursor).not.toBeNull();
      expect(await goesOn(asked, { at, past, cursor })).toBe(true);
      expect(await goesOn({ ...asked, self: 'user:bea' }, { at, past, cursor })).toBe(true);
      for (const other of others)
        expect([other, past, await goesOn(other, { at, past, cursor })]).toEqual([other, past, false]);
      expect(await goesOn(asked, { at, past: !past, cursor })).toBe(false);
      // Of what is, the pages keep the time of the first one; of what was, somebody says which.
      expect(await goesOn(asked, { at: at + 1, past, cursor })).toBe(!past);
    }
    let last = 0n;
    for (const each of [77, 78]) {
      await append(each, opening(each, at));
      last = await append(each, fact(each, 'conversation.assigned', at, { by: me, agent: me }));
    }
    await shown(last);
    const cursor = (await page({ view: 'mine', self: me }, { at, limit: 1 })).page.next;
    expect(cursor).not.toBeNull();
    expect(await goesOn({ view: 'mine', self: 'user:bea' }, { at, cursor })).toBe(false);
  });

  it('is told live: whoever follows has at the end what the view shows, also over a reconnection', async () => {
    for (const selection of selections) {
      const stop = new AbortController();
      let mark = await installation.queueFeed.now();
      const { data } = await page(selection, { at: Date.now() });
      const seen = new Map(data.map((item) => [item.conversationId, item]));
      const follow = async (signal: AbortSignal): Promise<void> => {
        for await (const { conversationId, item, position } of installation.queueFeed.follow({
          selection,
          from: mark,
          signal,
        })) {
          if (item) seen.set(conversationId, item);
          else seen.delete(conversationId);
          mark = { after: BigInt(position) };
        }
      };
      const first = new AbortController();
      const following = follow(first.signal);
      const work = async (): Promise<void> => {
        let position = 0n;
        for (let event = 0; event < 8; event += 1) {
          const which = 2 + below(30);
          position = await append(which, happening(which));
        }
        await shown(position);
      };
      await new Promise((resolve) => setTimeout(resolve, 50));
      await work();
      first.abort();
      await following;
      // What happens while nobody listens, is told to whoever comes back.
      await work();
      const back = follow(stop.signal);
      // Time has its part in it, a second and a half at most.
      const agrees = async (): Promise<boolean> => {
        const now = new Map(
          (await page(selection, { at: Date.now() })).data.map((item) => [item.conversationId, item]),
        );
        return (
          now.size === seen.size &&
          [...now].every(([id, item]) => JSON.stringify(seen.get(id)) === JSON.stringify(item))
        );
      };
      const end = performance.now() + 4_000;
      let agreed = await agrees();
      while (!agreed && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        agreed = await agrees();
      }
      expect([selection, agreed]).toEqual([selection, true]);
      stop.abort();
      await back;
    }
  });

  it('is told with the day what is promised for it', async () => {
    const timeZone = 'Asia/Tehran';
    const selection = { view: 'promised_today', self: me, timeZone } as const;
    const day = Temporal.Now.plainDateISO(timeZone).add({ days: 5 });
    const midnight = day.toZonedDateTime(timeZone).epochMilliseconds;
    const promise = { by: me, promiseId: uuid(810_000), owner: me, what: '' };
    const dueAt = new Date(midnight + 36_000_000).toISOString();
    await append(70, opening(70, Date.now()));
    await shown(await append(70, fact(70, 'conversation.promised', Date.now(), { ...promise, dueAt })));
    let now = midnight - 1_000;
    const feed = new QueueFeed({ ...installation.queues, clock: { now: () => now } }, { lookIntervalMs: 10 });
    const isThere = async (at: number) =>
      (await page(selection, { at })).data.some(({ conversationId }) => conversationId === uuid(70));
    expect([await isThere(now), await isThere(midnight)]).toEqual([false, true]);
    const stop = new AbortController();
    const told: boolean[] = [];
    const following = (async () => {
      for await (const { conversationId, item } of feed.follow({
        selection,
        from: await feed.now(),
        signal: stop.signal,
      }))
        if (conversationId === uuid(70)) told.push(item !== null);
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual([]);
    now = midnight;
    await until(() => told.length > 0, 'the day is told');
    now = midnight + 36_000_001;
    await until(() => told.length > 1, 'that it was due is told');
    stop.abort();
    await following;
    expect(told).toEqual([true, true]);
  });

  it('is counted as it is shown', async () => {
    const at = Date.now();
    const { views } = await countQueue(installation.readModels, { filter: { withinSeconds: 1 }, self: me, at });
    for (const view of queueViews) {
      const { data } = await page({ view, self: me, withinSeconds: 1 }, { at });
      expect([view, views[view]]).toEqual([view, { count: data.length, capped: false }]);
    }
    expect(views.all.count).toBeGreaterThan(10);
  });

  it('has a tag once, in whichever spelling: filtered, counted and shown', async () => {
    const tagged = (conversation: number, ...added: string[]) =>
      fact(conversation, 'conversation.tagged', Date.now(), { by: me, added });
    let last = 0n;
    // The second as it may be from before spellings were one.
    for (const each of [opening(75, Date.now()), tagged(75, 'كتاب-قدیمی')]) last = await append(75, each);
    for (const each of [opening(76, Date.now()), tagged(76, 'كتاب-قدیمی'), tagged(76, 'کتاب-قدیمی')])
      last = await append(76, each);
    await shown(last);
    const at = await later(Date.now());
    for (const tag of ['کتاب-قدیمی', 'كتاب-قديمى'])
      for (const past of [false, true]) {
        const { data } = await page({ view: 'all', self: me, tags: [tag] }, { at, past });
        expect(data.map(({ conversationId, tags }) => [conversationId, tags]).sort()).toEqual(
          [75, 76].map((each) => [uuid(each), ['كتاب-قدیمی']]),
        );
        const { views } = await countQueue(installation.readModels, { filter: { tags: [tag] }, self: me, at });
        expect(views.all.count).toBe(2);
      }
  });

  it('is counted live, for each view that somebody has: at first, and when something or the time changes a count', async () => {
    const at = new Date().setUTCHours(12, 0, 0, 0) + 30 * 86_400_000;
    const view = (id: string, filter: QueueFilter) => ({ id, name: id, filter });
    const views = [view('snails', { tags: ['snail'] }), view('tehran', { timeZone: 'Asia/Tehran' })];
    const stream = queueViewsStream(me);
    const saving = { stream, key: stream, type: 'queue_views.saved', at: Date.now(), data: { by: me, views } };
    await append(71, opening(71, Date.now()));
    const wakesAt = new Date(at + 3_600_000).toISOString();
    const snoozing = fact(71, 'conversation.snoozed', Date.now(), { by: me, until: wakesAt, wake: 'stay' });
    const saved = await append(71, snoozing, saving);
    await shown(saved);
    expect(await installation.readModels.waitUntil('queue-views', saved, 60_000)).toBe(true);
    const reads = new CountedReads(installation.readModels);
    // Each look is a millisecond after the one before it, so that each is a round of its own.
    let now = at;
    const counts = new LiveCounts({ readModels: reads, clock: { now: () => ++now } }, { lookIntervalMs: 1 });
    const stop = new AbortController();
    const told: LiveCountsView[] = [];
    const following = (async () => {
      const asked = { filter: { team: 'returns' }, self: me, owners: [me], signal: stop.signal };
      for await (const each of counts.follow(asked)) told.push(each);
    })();
    let taken = 0;
    const nextTold = async (): Promise<LiveCountsView | undefined> => {
      taken += 1;
      await until(() => told.length >= taken, 'counts are told');
      return told[taken - 1];
    };
    const first = await nextTold();
    const asked = { filter: { team: 'returns' }, self: me, at };
    expect(first?.views).toEqual((await countQueue(installation.readModels, asked)).views);
    expect(first?.saved).toMatchObject([
      { owner: me, id: 'snails', count: 0, capped: false },
      { owner: me, id: 'tehran' },
    ]);
    // While nothing happens, nothing is counted, however often they look.
    const quiet = reads.statements;
    const looked = reads.looks;
    await until(() => reads.looks > looked + 10, 'they have looked');
    expect([told.length, reads.statements]).toEqual([1, quiet]);

    await append(71, fact(71, 'conversation.tagged', Date.now(), { by: me, added: ['snail'] }));
    const second = await nextTold();
    expect(second).toMatchObject({ views: first?.views, saved: [{ id: 'snails', count: 1 }, { id: 'tehran' }] });
    await append(71, fact(71, 'conversation.transferred', Date.now(), { by: me, team: 'returns' }));
    const third = await nextTold();
    const more = ({ count = 0 }: Partial<QueueCount> = {}) => ({ count: count + 1, capped: false });
    expect([third?.views.all, third?.views.snoozed]).toEqual([more(first?.views.all), more(first?.views.snoozed)]);

    now = at + 3_600_000;
    const fourth = await nextTold();
    expect([fourth?.views.all, fourth?.views.snoozed]).toEqual([third?.views.all, first?.views.snoozed]);
    expect(fourth?.views.unassigned).toEqual(more(third?.views.unassigned));
    stop.abort();
    await following;
    expect(told).toHaveLength(4);
  });

  it('is counted once for all who look at the same time, but for what is their own', async () => {
    const reads = new CountedReads(installation.readModels);
    const counts = new LiveCounts({ readModels: reads, clock: { now: () => 1_800_000_000_000 } });
    const stop = new AbortController();
    const first = async (self: string) => {
      for await (const told of counts.follow({ filter: {}, self, owners: [], signal: stop.signal })) return told.views;
      return undefined;
    };
    const seen = await Promise.all([first(me), first('user:bea'), first(me)]);
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[1]).toMatchObject({ all: seen[0]?.all, breached: seen[0]?.breached });
    stop.abort();
    expect(reads.counted).toEqual([9, 3]);
  });

  it('forgets whoever is erased, in the past as well', async () => {
    const at = await later(Date.now());
    const gone = customerOf(1);
    expect(
      (await page({ view: 'all', self: me }, { at, past: true })).data.some(({ customerId }) => customerId === gone),
    ).toBe(true);
    await shown(
      await append(1, { stream: 'persona-1', type: 'persona.erased', at, data: { reason: 'customer_request' } }),
    );
    expect(
      (await page({ view: 'all', self: me }, { at, past: true })).data.some(({ customerId }) => customerId === gone),
    ).toBe(false);
  });

  it('finds what was at a time, however long each state was', async () => {
    const shapes = { ...presentRow, kept: `'past'`, until_position: 'n', ...spells };
    await write(shapes, 3_000);
    for (let index = 0; index < 20; index += 1) {
      const at = Date.now() - below(40 * 86_400_000);
      const { sql, values } = queueSql({
        ...{ selection: { view: 'all', self: me, team: 'long-ago' }, at, past: true, towards: 'next', most: 5_000 },
      });
      const found = await installation.readModels.query<{ readonly conversation_id: string }>(sql, values);
      const [there] = await installation.readModels.query<{ readonly count: bigint }>(
        `SELECT count(*) AS count FROM {queue} WHERE team = 'long-ago' AND since_at <= $1::timestamptz AND until_at > $1::timestamptz`,
        [new Date(at).toISOString()],
      );
      expect([at, found.length]).toEqual([at, Number(there?.count)]);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it('is read from indexes, and never sorts more than a few pages, among 30,000 conversations', async () => {
    await writeMany();
    // Of 97 who were mentioned in what is resolved, one is asked about.
    const left = { kept: `'mentioned'`, category: `'resolved'`, snoozed_until: 'NULL::timestamptz' };
    const labels = `jsonb_build_array('mention:user:agent-' || n % 97)`;
    await write({ ...presentRow, ...left, labels, conversation_id: `md5('m' || n)::uuid` }, 3_000);
    const at = Date.now();
    const wanted: readonly QueueSelection[] = [
      ...queueViews.filter((view) => view !== 'mentions').map((view) => ({ view, self: 'user:agent-7' })),
      { view: 'all', self: me, team: 'team-3' },
      { view: 'unassigned', self: me, team: 'team-3' },
      { view: 'all', self: me, channel: 'phone' },
    ];
    for (const selection of wanted) {
      const nodes = await planOf(selection, at);
      const scans = nodes.filter((node) => 'Relation Name' in node);
      // Where somebody has few conversations, the planner may rather collect and sort these.
      expect([selection, scans.some((node) => node['Node Type'] === 'Seq Scan')]).toEqual([selection, false]);
      for (const sort of nodes.filter((node) => String(node['Node Type']).includes('Sort')))
        expect(sort['Actual Rows']).toBeLessThanOrEqual(8 * 51);
      const read = scans.reduce(
        (sum, node) => sum + Number(node['Actual Rows']) + Number(node['Rows Removed by Filter'] ?? 0),
        0,
      );
      // Of eight stretches, each of what is put aside: the server may collect and sort these few. Where few or none are meant, by the time of
      // day or by the sample that it has taken, it may rather go through a queue of this length once than jump for each.
      const few = selection.view === 'promised_today' || selection.view === 'warned';
      const most = few ? 33_001 : 5_000;
      expect([selection, read < most]).toEqual([selection, true]);
    }
    const mentions = await planOf({ view: 'mentions', self: 'user:agent-7' }, at);
    expect(mentions.some((node) => node['Node Type'] === 'Seq Scan')).toBe(false);
    const { data } = await page({ view: 'mentions', self: 'user:agent-7' }, { at });
    expect(new Set(data.map(({ category }) => category))).toEqual(
      new Set(['open', 'waiting_customer', 'snoozed', 'resolved']),
    );
    const { views } = await countQueue(installation.readModels, { filter: {}, self: 'user:agent-7', at });
    expect(views.mentions.count).toBeGreaterThan(300);
  });

  it('reads in proportion to a page, and to what is counted, by any filter that somebody saves: few rows or many among 30,000', async () => {
    await writeMany();
    const reads = new ExplainedReads(installation.readModels, { run: true });
    const at = Date.now();
    const self = 'user:agent-7';
    const heavy: unknown[] = [];
    for (const filter of [...singles, ...pairs])
      for (const view of ['all', 'mine', 'unassigned', 'snoozed', 'at_risk', 'breached'] as const) {
        const selection = { view, self, ...filter };
        const { sql, values } = queueSql({ selection, at, past: false, towards: 'next', most: 51 });
        await reads.query(sql, values);
        const page = reads.read();
        await countSelections(reads, [selection], at);
        const count = reads.read();
        if (page.pages > MOST_PAGES || page.rows > MOST_ROWS || count.pages > MOST_PAGES || count.rows > MOST_ROWS)
          heavy.push({ view, filter, page, count });
      }
    expect(heavy).toEqual([]);
  }, 60_000);

  it('is counted and looked back at from indexes, by any filter that somebody saves, as are offers', async () => {
    await writeMany();
    await write({ ...presentRow, kept: `'past'`, until_position: 'n + 100000', ...spells }, 30_000);
    const reads = new ExplainedReads(installation.readModels);
    const at = Date.now();
    const filters: readonly QueueFilter[] = [
      ...[{}, { team: 'team-3' }, { channel: 'phone' as const }, { agent: 'user:agent-7' }, { tags: ['late'] }],
      ...[{ priorities: ['urgent' as const] }, { categories: ['snoozed' as const] }, { statuses: ['open'] }],
    ];
    const wholly = async (): Promise<readonly unknown[]> => {
      const found: unknown[] = [];
      for (const filter of filters)
        for (const view of queueViews) {
          await countSelections(reads, [{ ...filter, view, self: 'user:agent-7', withinSeconds: 60 }], at);
          if (reads.taken().whole.length > 0) found.push({ view, filter });
        }
      return found;
    };
    let found = await wholly();
    // Whoever reads while it is vacuumed keeps pages from being known as visible to all, and the planner from believing in its indexes.
    for (let tries = 0; found.length > 0 && tries < 20; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      await database.owner.query('VACUUM ANALYZE');
      found = await wholly();
    }
    expect(found).toEqual([]);
    const live = new LiveCounts({
      readModels: { query: (...asked) => reads.query(...asked), appliedPosition: () => Promise.resolve(0n) },
      clock: { now: () => at },
    });
    const stop = new AbortController();
    const following = live.follow({ filter: {}, self: 'user:agent-7', owners: [], signal: stop.signal });
    await following.next();
    stop.abort();
    await following.next();
    expect(reads.taken()).toMatchObject({ whole: [] });
    const position = 0n;
    for (const asked of [{ past: true }, { past: true, team: 'team-3' }, { past: false, team: 'team-3' }]) {
      await backlog(reads, { at: at - 20 * 86_400_000, by: 'team', position, ...asked });
      expect([asked, reads.taken().whole]).toEqual([asked, []]);
    }
    await installation.readModels.query(
      `INSERT INTO {routing-items} (conversation_id, customer_id, channel, priority, tags, offered_to, offered_until)
       SELECT md5(n::text)::uuid, md5('c' || n)::uuid, 'chat', 'normal', '[]', CASE WHEN n % 3 = 0 THEN 'user:agent-' || n % 97 END, now()
       FROM generate_series(1, 10000) AS n`,
      [],
    );
    await installation.readModels.query('ANALYZE {routing-items}', []);
    await offersToAgent(reads, 'user:agent-7', at);
    // Here there are no agents, and PostgreSQL goes through none of them.
    const { scans, whole } = reads.taken();
    expect({ scans, whole: whole.filter((table) => !String(table).startsWith('agents_')) }).toEqual({
      scans: 2,
      whole: [],
    });
    await installation.readModels.query(
      `INSERT INTO {response-facts} (conversation_id, name, customer_id, fact, at, channel, team, agent, stage, elapsed_ms)
       SELECT md5(n::text)::uuid, n::text, md5('c' || n)::uuid, 'wait', now() - make_interval(mins => n * 30), 'chat',
         'team-' || n % 11, 'user:agent-' || n % 97, 'active', n FROM generate_series(1, 20000) AS n`,
      [],
    );
    await installation.readModels.query('ANALYZE {response-facts}', []);
    const report = {
      from: at - 7 * 86_400_000,
      to: at,
      by: 'agent',
      calendar: 'gregorian',
      now: at,
      position,
    } as const;
    for (const part of [{}, { team: 'team-3' }, { agent: 'user:agent-7' }]) {
      await serviceReport(reads, { ...report, ...part });
      expect([part, reads.taken().whole]).toEqual([part, []]);
    }
  }, 60_000);
});

/** Of eight stretches a page each, or 1,001 that are counted, and what is passed over on the way, as all that are nobody's: 3,000 at most. */
const MOST_ROWS = 5_000;
/** Each row's own, and the way from the root of an index to each stretch: 1,200 at most. */
const MOST_PAGES = 2_500;

/** Each filter there is, with a value that few have and with one that many have. */
const singles: readonly QueueFilter[] = [
  ...[{ statuses: ['with-the-carrier'] }, { statuses: ['open'] }, { statuses: ['nowhere'] }],
  ...[{ statuses: ['open', 'with-the-carrier', 'snoozed'] }],
  ...(['waiting_third_party', 'waiting_customer', 'open', 'snoozed'] as const).map((each) => ({ categories: [each] })),
  ...[{ categories: ['waiting_third_party', 'waiting_customer'] as const }, { tags: ['late'] }, { tags: ['parcel'] }],
  ...[{ team: 'team-3' }, { agent: 'user:agent-9' }, { agent: 'nobody' }],
  ...[{ channel: 'phone' as const }, { channel: 'x' as const }, { priorities: ['urgent', 'low'] as const }],
];
const pairs: readonly QueueFilter[] = [
  { team: 'team-3', statuses: ['with-the-carrier'] },
  { team: 'team-3', categories: ['waiting_customer'] },
  { channel: 'phone', categories: ['waiting_third_party'] },
  { agent: 'user:agent-9', categories: ['waiting_customer'] },
  { tags: ['late'], categories: ['waiting_customer'] },
  { tags: ['parcel'], statuses: ['with-the-carrier'] },
  { categories: ['waiting_third_party'], statuses: ['with-the-carrier'] },
  { categories: ['snoozed'], statuses: ['open'] },
  { categories: ['waiting_customer', 'open'], statuses: ['with-the-carrier', 'snoozed'] },
  { priorities: ['urgent'], statuses: ['with-the-carrier'], channel: 'email' },
];

/** How much is read, and how many views are counted by each statement. */
class CountedReads implements Pick<ReadModels, 'query' | 'appliedPosition'> {
  looks = 0;
  statements = 0;
  readonly counted: number[] = [];

  constructor(private readonly readModels: ReadModels) {}

  query<R>(sql: string, values: readonly unknown[]): Promise<readonly R[]> {
    this.statements += 1;
    const counted = sql.split('count(*)').length - 1;
    if (counted > 0) this.counted.push(counted);
    return this.readModels.query(sql, values);
  }
  appliedPosition(projection: string): Promise<bigint> {
    this.looks += 1;
    return this.readModels.appliedPosition(projection);
  }
}

/** Rows as the fold leaves them, written as they are: what is tested is how they are read. */
async function write(row: Readonly<Record<string, string>>, rows: number): Promise<void> {
  const values = Object.entries(row).map(([name, value]) => `${value} AS ${name}`);
  await installation.readModels.query(
    `INSERT INTO {queue} (${Object.keys(row).join(', ')}) SELECT ${values.join(', ')} FROM generate_series(1, $1::integer) AS n`,
    [rows],
  );
  // As it comes to be by itself: an index alone tells of a row only once somebody has looked after its page.
  await database.owner.query('VACUUM ANALYZE');
}

let written: Promise<void> | undefined;
/** What a long queue is, once for all that look at it, whichever of them is run. */
const writeMany = (): Promise<void> => (written ??= indexed().then(() => write(presentRow, 30_000)));

/** A model is filled before it has its indexes. */
const indexed = (): Promise<void> =>
  until(async () => {
    const { rows } = await database.owner.query<{ filled: boolean }>(
      `SELECT bool_and(filled_at IS NOT NULL) AS filled FROM es.consumers WHERE name = 'queue'`,
    );
    return rows[0]?.filled ?? false;
  }, 'the queue has its indexes');

const presentRow = {
  conversation_id: `md5(n::text)::uuid`,
  until_position: '0',
  customer_id: `md5('c' || n)::uuid`,
  kept: `'queued'`,
  since_at: 'now()',
  since_position: 'n',
  stage: `'active'`,
  channel: `(ARRAY['chat', 'email', 'phone'])[1 + n % 3]`,
  category: `CASE WHEN n % 50 = 0 THEN 'snoozed' WHEN n % 4001 = 0 THEN 'waiting_third_party' WHEN n % 3 = 0 THEN 'waiting_customer' ELSE 'open' END`,
  status: `CASE WHEN n % 50 = 0 THEN 'snoozed' WHEN n % 4001 = 0 THEN 'with-the-carrier' ELSE 'open' END`,
  agent: `CASE WHEN n % 10 = 0 THEN 'nobody' ELSE 'user:agent-' || n % 97 END`,
  team: `'team-' || n % 11`,
  priority: `(ARRAY['urgent', 'high', 'normal', 'low'])[1 + n % 4]`,
  rank: 'n % 4',
  tags: `'[]'::json`,
  labels: `CASE WHEN n % 101 = 0 THEN '["mention:user:agent-7", "tag:late"]'::jsonb ELSE '["tag:parcel"]'::jsonb END`,
  turn_since: `now() - make_interval(secs => n)`,
  waiting_since: `now() - make_interval(secs => n)`,
  snoozed_until: `CASE WHEN n % 50 = 0 THEN now() + interval '1 day' END`,
  clocks: `'[]'::json`,
  promises: `'[]'::json`,
  promised_at: `CASE WHEN n % 40 = 0 THEN now() + make_interval(secs => n * 7919 % 900000 - 100000) END`,
  due_at: `now() + make_interval(secs => n * 7919 % 90000 - 10000)`,
  opened_at: 'now()',
  last_message_at: 'now()',
  version: '1',
};

/** From a second to a month long, ending within the last forty days. */
const length = '4 ^ (n % 11)';
const end = '(n::bigint * 7919000 % 3456000000) / 1000.0';
const spells = {
  team: `'long-ago'`,
  span: 'n % 11',
  since_at: `date_trunc('milliseconds', now()) - make_interval(secs => ${end}) - make_interval(secs => ${length})`,
  until_at: `date_trunc('milliseconds', now()) - make_interval(secs => ${end})`,
};

type PlanNode = Readonly<Record<string, unknown>> & { readonly Plans?: readonly PlanNode[] };

async function planOf(selection: QueueSelection, at: number): Promise<readonly PlanNode[]> {
  const { sql, values } = queueSql({ selection, at, past: false, towards: 'next', most: 51 });
  const [row] = await installation.readModels.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
    values,
  );
  const flat = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return (row?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => flat(Plan));
}
