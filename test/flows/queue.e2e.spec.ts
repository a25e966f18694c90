import { Temporal } from 'temporal-polyfill';
import {
  type BacklogView,
  type LiveCountsView,
  type QueueCountsView,
  type QueuePage,
  type Role,
  type SavedViewCountsView,
  type SavedViewsView,
  type ServiceReportView,
} from '#contracts';
import { EventReader } from '../../apps/gateway/src/fixtures/event-reader.js';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway();
  await post('touchpoints', {
    ...{ id: 't-1', source: 'shop', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:00:00Z' },
    identifiers: [{ kind: 'customer_number', value: '12347' }],
    data: { page: '/' },
  });
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;
const tester = { kind: 'operator', id: 'cli:test' } as const;

const endOfToday = (timeZone = 'UTC'): number =>
  Temporal.Now.plainDateISO(timeZone).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;

const post = (url: string, body?: object, headers: Headers = { authorization: `Bearer ${gateway.key}` }) =>
  gateway.app.inject({
    ...{ method: 'POST', url: `/v1/${url}`, headers: { 'content-type': 'application/json', ...headers } },
    ...(body && { payload: JSON.stringify(body) }),
  });
const get = (url: string, headers: Headers = { authorization: `Bearer ${gateway.key}` }) =>
  gateway.app.inject({ url: `/v1/${url}`, headers });

/** Somebody with one role, signed in. */
async function signedIn(role: Role): Promise<{ readonly self: string; readonly headers: Headers }> {
  const { users, sessions } = gateway.installation.access;
  const added = await users.add({ name: role, roles: [role] }, tester);
  if (!added.ok) throw new Error(added.reason);
  const { token } = await sessions.begin({ userId: added.value.id, signedInBy: 'password', client: 'test' });
  const headers = {
    cookie: `__Host-safar-session=${token}`,
    origin: 'http://safar',
    host: 'safar',
    'x-safar-request': '1',
  };
  return { self: `user:${added.value.id}`, headers };
}

const open = async (subject: string): Promise<string> => {
  for (let tries = 0; ; tries += 1) {
    const answer = await post('conversations', { customer: 'customer_number:12347', channel: 'email', subject });
    if (answer.statusCode === 201) return answer.json<{ conversationId: string }>().conversationId;
    // The customer is known as soon as the read model is.
    if (tries > 100) throw new Error(answer.body);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

interface Bulk {
  readonly results: readonly {
    readonly status: string;
    readonly conversationId: string;
    readonly version?: string;
    readonly position?: string;
    readonly problem?: { readonly code: string; readonly status: number };
  }[];
}

it('many conversations are changed at once, each as by its own command, and the queue shows it to whom it concerns', async () => {
  const ids = [await open('Lamp'), await open('Chair'), await open('Table')];
  const [lamp = '', chair = '', table = ''] = ids;
  const agent = await signedIn('agent');
  const items = [
    { conversation: lamp, command: 'take', version: '1' },
    { conversation: lamp, command: 'prioritise', body: { priority: 'urgent' }, version: '2' },
    { conversation: chair, command: 'tag', body: { add: ['late'] }, version: '7' },
    { conversation: chair, command: 'assign', body: {} },
    { conversation: table, command: 'status', body: { category: 'asleep' } },
    { conversation: table, command: 'snooze', body: { until: '2100-01-01T00:00:00Z' } },
    { conversation: '00000000-0000-4000-8000-000000000000', command: 'take' },
  ];
  const key = { ...agent.headers, 'idempotency-key': 'all-of-them' };
  const answer = await post('bulk/conversations', { items }, key);
  expect(answer.statusCode).toBe(200);
  const { results } = answer.json<Bulk>();
  expect(results.map(({ status, version, problem }) => [status, version ?? problem?.code])).toEqual([
    ['done', '2'],
    ['done', '3'],
    ['refused', 'version_mismatch'],
    // Giving it to somebody else is for those who lead.
    ['refused', 'forbidden'],
    ['refused', 'invalid_parameters'],
    ['done', '2'],
    ['refused', 'conversation_not_found'],
  ]);
  expect(results[4]?.problem).toMatchObject({ errors: [{ pointer: '/body/category' }], status: 400 });
  // Sent again, what was done is not done again, and is answered as before.
  expect((await post('bulk/conversations', { items }, key)).json<Bulk>().results[1]).toEqual(results[1]);
  const other = [{ ...items[0], version: '2' }];
  // With anything else it is refused as a whole, also where single items would be as before, or are of other conversations.
  for (const changed of [other, items.slice(0, 2), [...items, { conversation: lamp, command: 'take' }]]) {
    const refused = await post('bulk/conversations', { items: changed }, key);
    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toMatchObject({ code: 'idempotency_key_reused' });
  }
  const most = Array.from({ length: 101 }, () => ({ conversation: lamp, command: 'take' }));
  expect((await post('bulk/conversations', { items: most }, agent.headers)).statusCode).toBe(400);

  // Conversations are changed side by side: the last of the list need not be the last of the log.
  const position = results
    .reduce((last, { position: own = '0' }) => (BigInt(own) > last ? BigInt(own) : last), 0n)
    .toString();
  const view = async (query: string, headers: Headers) =>
    (await get(`queue?minPosition=${position}&${query}`, headers)).json<QueuePage>().data.map(({ subject }) => subject);
  expect(await view('', agent.headers)).toEqual(['Lamp', 'Chair', 'Table']);
  expect(await view('view=mine', agent.headers)).toEqual(['Lamp']);
  expect(await view('view=unassigned', agent.headers)).toEqual(['Chair']);
  expect(await view('view=snoozed', agent.headers)).toEqual(['Table']);
  const lead = await signedIn('lead');
  expect(await view('view=mine', lead.headers)).toEqual([]);
  const [mine] = (await get('queue?view=mine', agent.headers)).json<QueuePage>().data;
  expect(mine).toMatchObject({ agent: agent.self, turn: 'ours', version: '3', breached: false, priority: 'urgent' });
  const { views } = (await get('queue/counts', agent.headers)).json<QueueCountsView>();
  expect(views).toMatchObject({ all: { count: 3, capped: false }, mine: { count: 1 }, snoozed: { count: 1 } });

  // As it was before any of it, and not as it will be.
  const then = (await get('queue?asOf=2026-03-21T10:00:00Z', agent.headers)).json<QueuePage>();
  expect(then.data).toEqual([]);
  expect((await get('queue?asOf=2100-01-01T00:00:00Z', agent.headers)).json()).toMatchObject({
    errors: [{ pointer: '/asOf', code: 'in_the_future' }],
  });
});

it('the queue is for those who may read conversations', async () => {
  const { key } = await gateway.installation.access.apiKeys.create(
    { name: 'w', scopes: ['touchpoints:write'] },
    tester,
  );
  for (const url of ['queue', 'queue/counts'])
    expect((await get(url, { authorization: `Bearer ${key}` })).statusCode).toBe(403);
});

it('views that somebody saves are theirs, counted like the others, and those of a team are kept by who leads', async () => {
  const by = (await signedIn('operations')).headers;
  const put = (url: string, views: readonly object[], headers: Headers) =>
    gateway.app.inject({
      ...{ method: 'PUT', url: `/v1/${url}`, payload: JSON.stringify({ views }) },
      headers: { 'content-type': 'application/json', ...headers },
    });
  const id = await open('Vase');
  await post(`conversations/${id}/prioritise`, { priority: 'high' });
  const tagged = await post(`conversations/${id}/tag`, { add: ['fragile'] });
  const view = (name: string, filter: object) => ({ id: name, name, filter });
  const views = [
    view('fragile', { tags: ['fragile'] }),
    view('high', { priorities: ['high'], tags: ['fragile'] }),
    view('low', { view: 'unassigned', priorities: ['low'] }),
    view('mine', { view: 'mine', tags: ['fragile'] }),
  ];
  const saved = await put('queue/views', views, { ...by, 'if-match': '"0"' });
  expect([saved.statusCode, saved.json()]).toMatchObject([200, { version: '1' }]);
  expect((await put('queue/views', [], { ...by, 'if-match': '"0"' })).statusCode).toBe(412);
  expect((await put('queue/views', [views[0] ?? {}, views[0] ?? {}], by)).json()).toMatchObject({
    ...{ code: 'queue_views_refused', reason: 'listed-twice' },
  });
  const { position } = saved.json<{ position: string }>();
  const own = await get(`queue/views?minPosition=${position}`, by);
  expect([own.headers['etag'], own.json()]).toMatchObject(['"1"', { views }]);
  expect((await get(`queue/views?minPosition=${position}`)).json()).toMatchObject({ version: '0', views: [] });
  const after = tagged.json<{ position: string }>().position;
  const last = BigInt(after) > BigInt(position) ? after : position;
  const counts = (await get(`queue/views/counts?minPosition=${last}`, by)).json<SavedViewCountsView>();
  expect(counts.views.map(({ id: name, count }) => [name, count])).toEqual([
    ['fragile', 1],
    ['high', 1],
    ['low', 0],
    ['mine', 0],
  ]);
  // Whoever follows the queue is told of all of them, and again when one changes.
  await gateway.app.listen(0, '127.0.0.1');
  const reader = new EventReader(`${await gateway.app.getUrl()}/v1/queue/stream?view=mine`, by);
  const nextCounts = async (expected: (told: LiveCountsView) => boolean): Promise<LiveCountsView> => {
    for (;;) {
      const event = await reader.next();
      if (event === undefined) throw new Error('the stream ended');
      const told = event.event === 'counts' && (JSON.parse(event.data ?? '') as LiveCountsView);
      if (told && expected(told)) return told;
    }
  };
  const of = ({ saved: all }: LiveCountsView, name: string) => all.find((each) => each.id === name);
  const before = await nextCounts(() => true);
  expect(of(before, 'fragile')).toEqual({
    owner: own.json<SavedViewsView>().owner,
    id: 'fragile',
    count: 1,
    capped: false,
  });
  expect(before.views.mine).toEqual({ count: 0, capped: false });
  expect((await post(`conversations/${id}/take`, {}, by)).statusCode).toBe(200);
  const taken = await nextCounts(({ views: { mine } }) => mine.count === 1);
  expect(of(taken, 'mine')?.count).toBe(1);
  reader.close();

  // Today ends where the view says; a place that is nowhere has no days.
  const nowhere = [view('plain', { view: 'promised_today', timeZone: 'Mars/Olympus' })];
  expect((await put('queue/views', nowhere, by)).json()).toMatchObject({ reason: 'unknown-time-zone' });
  expect((await get('queue/views/counts?timeZone=Mars/Olympus', by)).statusCode).toBe(400);
  const zones = ['Pacific/Kiritimati', 'Asia/Tehran'].sort((one, other) => endOfToday(one) - endOfToday(other));
  // Due today in the second of them alone.
  const dueAt = new Date(endOfToday(zones[1]) - 1).toISOString();
  expect((await post(`conversations/${id}/promises`, { what: 'A call', dueAt })).statusCode).toBe(200);
  const ofToday = { view: 'promised_today', tags: ['fragile'] };
  const daily = [view('here', ofToday), view('there', { ...ofToday, timeZone: zones[1] })];
  const kept = (await put('queue/views', daily, by)).json<{ position: string }>().position;
  for (const [timeZone = '', count] of [
    [zones[0], 0],
    [zones[1], 1],
  ] as const) {
    const counted = await get(`queue/views/counts?timeZone=${timeZone}&minPosition=${kept}`, by);
    expect(counted.json()).toMatchObject({
      views: [
        { id: 'here', count },
        { id: 'there', count: 1 },
      ],
    });
  }
  // One that says nothing of time.
  for (const filter of [{ tags: ['fragile'] }, {}]) {
    const plain = await put('queue/views', [view('plain', filter)], by);
    const since = plain.json<{ position: string }>().position;
    const one = await get(`queue/views/counts?minPosition=${since}`, by);
    expect(one.json()).toMatchObject({ views: [{ id: 'plain', count: expect.any(Number) as number }] });
  }
  expect((await put('queue/teams/returns/views', views, by)).statusCode).toBe(403);
  expect((await put('queue/teams/nowhere/views', views, { authorization: `Bearer ${gateway.key}` })).statusCode).toBe(
    404,
  );
});

it('reports count what was done and what is left, for those who lead, also as a table', async () => {
  const id = await open('=Bench');
  const replied = await post(`conversations/${id}/reply`, { text: 'It is on its way.', sinceVersion: '1' });
  const resolved = await post(`conversations/${id}/status`, { category: 'resolved' });
  expect([replied.statusCode, resolved.statusCode]).toEqual([200, 200]);
  const analyst = await signedIn('analyst');
  const { position } = resolved.json<{ position: string }>();
  const day = 86_400_000;
  const [from, to] = [-day, day].map((ms) => new Date(Date.now() + ms).toISOString());
  const range = `from=${String(from)}&to=${String(to)}&minPosition=${position}`;
  const all = (await get(`reports/service?${range}`, analyst.headers)).json<ServiceReportView>();
  // A key is no person: what it replies is no response, and a public reply all the same.
  expect(all.groups).toMatchObject([
    {
      key: null,
      firstResponse: { calendar: { n: 0 } },
      resolution: { calendar: { n: 1 } },
      reopened: { of: 1, pending: 1 },
    },
  ]);
  expect(all.groups[0]?.oneTouch).toEqual({ of: 1, count: 0, pending: 1, percent: null });
  const days = await get(`reports/service?${range}&by=day&timeZone=Asia/Tehran`, {
    ...{ ...analyst.headers, accept: 'text/csv' },
  });
  expect(days.headers['content-type']).toContain('text/csv');
  expect(days.body.split('\r\n').filter((line) => /^\d{4}-\d\d-\d\d,/.test(line))).toHaveLength(3);
  expect((await get(`reports/service?${range}&by=day&timeZone=Moon`, analyst.headers)).json()).toMatchObject({
    errors: [{ pointer: '/timeZone' }],
  });

  const backlog = async (query: string): Promise<number> => {
    const answer = await get(`reports/backlog?${query}`, analyst.headers);
    expect([answer.statusCode, answer.statusCode === 200 ? '' : answer.body]).toEqual([200, '']);
    return answer.json<BacklogView>().groups[0]?.conversations ?? 0;
  };
  const left = await backlog(`minPosition=${position}`);
  const table = await get(`reports/backlog?format=csv_bom&by=team`, analyst.headers);
  expect(table.body).toBe(`\uFEFF${table.body.slice(1)}`);
  // Recorded a moment after it was done.
  const { resolvedAt } = (await get(`conversations/${id}?minPosition=${position}`)).json<{ resolvedAt: string }>();
  expect(await backlog(`asOf=${resolvedAt}`)).toBe(left + 1);
  expect(await backlog(`asOf=2020-01-01T00:00:00Z`)).toBe(0);
  expect((await get('reports/backlog', (await signedIn('integrator')).headers)).statusCode).toBe(403);
});

it('whoever follows the queue is told what changes in their view, and where to go on', async () => {
  const stream = await gateway.app.inject({
    ...{ url: '/v1/queue/stream?view=unassigned&after=0', headers: { authorization: `Bearer ${gateway.key}` } },
    payloadAsStream: true,
  });
  expect(stream.headers['content-type']).toContain('text/event-stream');
  const id = await open('Shelf');
  let text = '';
  const told = (event: string): boolean =>
    text.split('\n\n').some((each) => each.includes(`event: ${event}\n`) && each.includes(id));
  const pieces = stream.stream().setEncoding('utf8')[Symbol.asyncIterator]();
  while (!told('shown')) text += String((await pieces.next()).value);
  await post(`conversations/${id}/take`);
  while (!told('gone')) text += String((await pieces.next()).value);
  stream.stream().destroy();
  const [last] = text.match(/id: \d+(?=\nevent: gone\ndata: [^\n]*\n\n$)/) ?? [];
  expect(last).toMatch(/^id: \d+$/);
});

it('a cursor that nobody was given, and a mark that the log has not come to, are refused', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  const made = (...key: unknown[]) => Buffer.from(JSON.stringify(['queue-all', 'next', ...key])).toString('base64url');
  const cursors = [
    made(8e15, 0, 0, 0, id),
    made(-6e13, 0, 0, 0, id),
    made(0, 3e9, 0, 0, id),
    made(0, -1, 0, 0, id),
    made(0.5, 0, 0, 0, id),
  ];
  for (const cursor of cursors) {
    const answer = await get(`queue?cursor=${cursor}`);
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { errors: [{ pointer: '/cursor' }] }]);
  }
  const beyond = await get('queue/stream?after=9000000000000000000');
  expect([beyond.statusCode, beyond.json()]).toMatchObject([410, { code: 'unknown_position' }]);
});

it('whoever is mentioned finds it until they have seen it, also where others resolve it meanwhile', async () => {
  const id = await open('Sofa');
  const { self, headers } = await signedIn('admin');
  /** Whether the views have it, as of whatever was done. */
  const shown = async (done: Awaited<ReturnType<typeof post>>): Promise<readonly boolean[]> => {
    expect(done.statusCode).toBe(200);
    const asked = `queue?minPosition=${done.json<{ position: string }>().position}`;
    const has = async (query: string, asking?: Headers) =>
      (await get(`${asked}&${query}`, asking)).json<QueuePage>().data.some(({ subject }) => subject === 'Sofa');
    return [await has('view=mentions', headers), await has('view=mentions'), await has('view=all', headers)];
  };
  const at = `conversations/${id}`;
  expect(await shown(await post(`${at}/note`, { text: 'Look', mentions: [self] }))).toEqual([true, false, true]);
  expect(await shown(await post(`${at}/status`, { category: 'resolved' }))).toEqual([true, false, false]);
  const { views } = (await get('queue/counts', headers)).json<QueueCountsView>();
  expect(views.mentions).toEqual({ count: 1, capped: false });
  expect(await shown(await post(`${at}/see-mention`))).toEqual([true, false, false]);
  expect(await shown(await post(`${at}/see-mention`, undefined, headers))).toEqual([false, false, false]);
  // Many are seen at once.
  const many = [await open('Sofa'), await open('Desk')];
  for (const each of many) await post(`conversations/${each}/note`, { text: 'Look', mentions: [self] });
  const items = many.map((conversation) => ({ conversation, command: 'see-mention' }));
  const { results } = (await post('bulk/conversations', { items }, headers)).json<Bulk>();
  expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
  for (const { position = '' } of results)
    expect((await get(`queue?view=mentions&minPosition=${position}`, headers)).statusCode).toBe(200);
  expect((await get('queue?view=mentions', headers)).json<QueuePage>().data).toEqual([]);
});

it('an item of a bulk command that cannot be read is refused like any other, and its neighbours are done', async () => {
  const lamp = await open('A lamp that flickers');
  const headers = { authorization: `Bearer ${gateway.key}` };
  const bad: readonly (readonly [unknown, string])[] = [
    [null, ''],
    [5, ''],
    [{ command: 'take' }, '/conversation'],
    [{ conversation: 'x', command: 'take' }, '/conversation'],
    [{ conversation: lamp.toUpperCase(), command: 'take' }, '/conversation'],
    [{ conversation: lamp, command: 'explode' }, '/command'],
    [{ conversation: lamp, command: 'take', version: 3 }, '/version'],
    [{ conversation: lamp, command: 'tag', body: 'x' }, '/body'],
    [{ conversation: lamp, command: 'take', more: 1 }, '/more'],
  ];
  const good = { conversation: lamp, command: 'tag', body: { add: ['خوب'] } };
  const answer = await post('bulk/conversations', { items: [...bad.map(([item]) => item), good] }, headers);
  expect(answer.statusCode).toBe(200);
  const { results } = answer.json<Bulk>();
  expect(results.at(-1)).toMatchObject({ status: 'done', conversationId: lamp });
  expect(results.slice(0, -1)).toEqual(
    bad.map(([, pointer]): unknown =>
      expect.objectContaining({
        status: 'refused',
        problem: expect.objectContaining({ status: 400, errors: [expect.objectContaining({ pointer })] }) as unknown,
      }),
    ),
  );
  for (const items of [[], 'x', undefined])
    expect((await post('bulk/conversations', { items }, headers)).statusCode).toBe(400);
});
