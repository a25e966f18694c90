import { type ConversationCommandView, type TimelineEntryView, type TimelinePage } from '#contracts';
import { EventReader } from '../../apps/gateway/src/fixtures/event-reader.js';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
let url: string;
beforeAll(async () => {
  gateway = await openRealGateway();
  await gateway.app.listen(0, '127.0.0.1');
  url = await gateway.app.getUrl();
});
afterAll(() => gateway.close());

const tester = { kind: 'operator', id: 'cli:test' } as const;
const as = (key = gateway.key) => ({ authorization: `Bearer ${key}` });
const canary = (name: string): string => `canary-${name}-61d0`;

async function post<Answer>(path: string, body: object = {}): Promise<Answer> {
  const headers = { ...as(), 'content-type': 'application/json' };
  const answer = await gateway.app.inject({
    method: 'POST',
    url: `/v1/${path}`,
    headers,
    payload: JSON.stringify(body),
  });
  expect([path, answer.statusCode < 300, answer.statusCode < 300 || answer.body]).toEqual([path, true, true]);
  return answer.json();
}
const timelineUrl = (query: string): string => `/v1/customers/customer_number:61/timeline?${query}`;
async function timeline(query: string): Promise<TimelinePage> {
  const answer = await gateway.app.inject({ url: timelineUrl(query), headers: as() });
  expect([answer.statusCode, answer.statusCode === 200 || answer.body]).toEqual([200, true]);
  return answer.json();
}
const kindsOf = (entries: readonly TimelineEntryView[]): readonly string[] => entries.map(({ kind }) => kind);

const says = (id: string, text: string) =>
  post<{ position: string }>('touchpoints', {
    ...{ id, source: 'shop', kind: 'message', channel: 'chat', occurredAt: new Date().toISOString() },
    identifiers: [{ kind: 'customer_number', value: '61' }],
    data: { author: 'customer', text, conversationId: 'chat-61' },
  });
const takeUp = async (id: string, text: string) =>
  post<ConversationCommandView>(`touchpoints/${(await says(id, text)).position}/take-up`);

/** All that stands in the tables of timelines, as a dump shows it. */
async function dumped(): Promise<string> {
  const { rows: tables } = await gateway.database.owner.query<{ name: string }>(
    `SELECT format('rm.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'rm' AND tablename LIKE 'timeline%'`,
  );
  const dumps = tables.map(({ name }) =>
    gateway.database.owner.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`),
  );
  return (await Promise.all(dumps)).flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
}

const inOrder = [
  ...['message', 'conversation.opened', 'conversation.replied', 'conversation.status_changed'],
  ...['conversation.promised', 'conversation.promise_kept', 'conversation.status_changed'],
  ...['message', 'conversation.reopened', 'complaint.received', 'complaint.acknowledged'],
];

/** A customer writes, is answered and promised something, comes back and complains. */
async function happens() {
  const { conversationId, version } = await takeUp('m-1', canary('message'));
  const at = `conversations/${conversationId}`;
  await post(`${at}/reply`, { text: canary('reply'), sinceVersion: version, then: 'waiting_customer' });
  await post(`${at}/note`, { text: canary('note') });
  await post(`${at}/tag`, { add: ['late'] });
  const dueAt = new Date(Date.now() + 3_600_000).toISOString();
  const { promise = '' } = await post<ConversationCommandView>(`${at}/promises`, { what: canary('promise'), dueAt });
  await post(`${at}/promises/${promise}/keep`);
  await post(`${at}/status`, { category: 'resolved' });
  await takeUp('m-2', canary('again'));
  const complaint = { conversation: conversationId, description: canary('complaint') };
  const { id: complaintId } = await post<{ id: string }>('complaints', complaint);
  const { position } = await post<{ position: string }>(`complaints/${complaintId}/acknowledge`);
  return { conversationId, complaintId, promise, dueAt, position };
}

it('a timeline tells what was decided, in order, live, and to those who may read it, until its customer is erased', async () => {
  const { conversationId, complaintId, promise, dueAt, position } = await happens();
  const whole = await timeline(`order=asc&minPosition=${position}`);
  expect(kindsOf(whole.data)).toEqual(inOrder);
  expect([...whole.data].reverse()).toEqual((await timeline('')).data);
  const self = expect.stringMatching(/^key:/) as unknown;
  const here = { category: 'decision', by: self, conversationId, complaintId: null, erased: false };
  const by = (kind: string) => whole.data.filter((entry) => entry.kind === kind);
  expect(whole.data[0]).toMatchObject({ category: 'touchpoint', by: null, details: { text: canary('message') } });
  expect(by('conversation.opened')).toMatchObject([{ ...here, by: null, details: { origin: 'touchpoint' } }]);
  expect(by('conversation.replied')).toMatchObject([{ ...here, channel: 'chat', details: { text: canary('reply') } }]);
  const what = { promiseId: promise, what: canary('promise'), dueAt };
  expect(by('conversation.promised')).toMatchObject([{ ...here, details: what }]);
  expect(by('conversation.promise_kept')).toMatchObject([
    { ...here, details: { promiseId: promise, verdict: 'kept' } },
  ]);
  expect(by('conversation.reopened')).toMatchObject([{ ...here, by: null, details: { cause: 'customer_message' } }]);
  expect(by('complaint.received')).toMatchObject([
    { ...here, complaintId, details: { description: canary('complaint') } },
  ]);
  expect(JSON.stringify(whole)).not.toContain(canary('note'));

  // As of the promise it was not kept; as known then, neither.
  const promised = by('conversation.promised')[0];
  const [asOf = '', knownAt = ''] = [promised?.occurredAt, promised?.recordedAt];
  for (const then of [`asOf=${asOf}`, `knownAt=${knownAt}`])
    expect(kindsOf((await timeline(`order=asc&${then}`)).data)).toEqual(inOrder.slice(0, 5));
  await pagedBothWays(whole.data);

  await readLive(whole.data);
  await onlyReported(whole.data);
  const admin = gateway.installation.projectionAdmin({ actor: tester });
  expect(await admin.verify('timeline')).toMatchObject({ ok: true, differences: 0 });
  await admin.rebuild('timeline');
  expect(await admin.verify('timeline')).toMatchObject({ ok: true, differences: 0 });
  expect((await timeline('order=asc')).data).toEqual(whole.data);
  await forgotten(whole.data);
});

async function pagedBothWays(whole: readonly TimelineEntryView[]): Promise<void> {
  const query = 'order=asc&category=decision&limit=3';
  const first = await timeline(query);
  const second = await timeline(`${query}&cursor=${first.page.next ?? ''}`);
  const decided = whole.filter(({ category }) => category === 'decision');
  expect([...first.data, ...second.data]).toEqual(decided.slice(0, 6));
  expect((await timeline(`${query}&cursor=${second.page.prev ?? ''}`)).data).toEqual(decided.slice(0, 3));
}

const streamed = (count: number, headers: Readonly<Record<string, string>>) => {
  const reader = new EventReader(`${url}${timelineUrl('').replace('?', '/stream?after=0')}`, headers);
  return reader
    .take(count)
    .then((events) => events.map((event) => JSON.parse(event?.data ?? 'null') as TimelineEntryView))
    .finally(() => {
      reader.close();
    });
};

/** In the order of the store, all of it, and behind any entry the rest. */
async function readLive(whole: readonly TimelineEntryView[]): Promise<void> {
  const inStore = [...whole].sort((one, other) => Number(BigInt(one.position) - BigInt(other.position)));
  expect(await streamed(whole.length, as())).toEqual(inStore);
  const seen = { ...as(), 'last-event-id': inStore[4]?.position ?? '' };
  expect(await streamed(whole.length - 5, seen)).toEqual(inStore.slice(5));
}

/** A key that may read timelines and no conversations. */
async function onlyReported(whole: readonly TimelineEntryView[]): Promise<void> {
  const { key } = await gateway.installation.access.apiKeys.create(
    { name: 'shop', scopes: ['timelines:read'] },
    tester,
  );
  const reported = whole.filter(({ category }) => category === 'touchpoint');
  const answer = await gateway.app.inject({ url: timelineUrl('order=asc'), headers: as(key) });
  expect(answer.json<TimelinePage>().data).toEqual(reported);
  expect(await streamed(reported.length, as(key))).toEqual(reported);
  const asked = await gateway.app.inject({ url: timelineUrl('kind=conversation.replied'), headers: as(key) });
  expect(asked.statusCode).toBe(403);
}

async function forgotten([entry]: readonly TimelineEntryView[]): Promise<void> {
  const customerId = entry?.customerId ?? 'nobody';
  const before = await dumped();
  expect([before.includes(customerId), before.includes('canary')]).toEqual([true, false]);
  const { position } = await post<{ position: string }>('customers/customer_number:61/erase', {
    reason: 'customer_request',
  });
  const answer = await gateway.app.inject({ url: timelineUrl(`minPosition=${position}`), headers: as() });
  expect(answer.statusCode).toBe(410);
  expect(await dumped()).not.toContain(customerId);
}
