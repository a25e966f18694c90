import { type ConversationPage, type ConversationView } from '#contracts';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway();
});
afterAll(() => gateway.close());

const sara = 'customer_number:12347';
type Headers = Readonly<Record<string, string>>;

const post = (url: string, body?: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method: 'POST', url: `/v1/${url}` },
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });
const put = (url: string, body: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method: 'PUT', url: `/v1/${url}` },
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
const get = (url: string, headers: Headers = {}) =>
  gateway.app.inject({ url: `/v1/${url}`, headers: { authorization: `Bearer ${gateway.key}`, ...headers } });
const view = async (id: string, position: string): Promise<ConversationView> =>
  (await get(`conversations/${id}?minPosition=${position}`)).json();

async function says(id: string, text: string, occurredAt: string): Promise<string> {
  const answer = await post('touchpoints', {
    ...{ id, source: 'shop', kind: 'message', channel: 'chat', occurredAt },
    identifiers: [{ kind: 'customer_number', value: '12347' }],
    data: { author: 'customer', text, conversationId: 'chat-1' },
  });
  return answer.json<{ position: string }>().position;
}

const takeUp = (position: string) => post(`touchpoints/${position}/take-up`);

/** What a command answers. */
interface Done {
  readonly conversationId: string;
  readonly version: string;
  readonly position: string;
  readonly opened?: string;
}

it('a conversation goes its way: taken up, answered, put aside, resolved, come back to', async () => {
  const first = await says('m-1', 'بسته‌ام کجاست؟', '2026-03-21T10:00:00Z');
  const taken = await takeUp(first);
  const { conversationId: id, version } = taken.json<Done>();
  const at = `conversations/${id}`;

  const begun = await view(id, taken.json<Done>().position);
  expect(begun).toMatchObject({
    ...{
      subject: 'بسته‌ام کجاست؟',
      channel: 'chat',
      category: 'open',
      agent: null,
      version: '2',
      origin: 'touchpoint',
    },
    messages: [{ kind: 'received', text: 'بسته‌ام کجاست؟', direction: 'rtl', by: null }],
  });

  // What nobody would see is no answer: it would stop the clock of a customer who waits.
  for (const text of ['   ', '\u200b', '\u200f\u200f']) {
    const persian = { 'accept-language': 'fa' };
    const refused = await post(`${at}/reply`, { text, sinceVersion: version }, persian);
    expect([refused.statusCode, refused.json()]).toMatchObject([
      400,
      {
        code: 'invalid_parameters',
        errors: [{ pointer: '/text', code: 'blank', detail: expect.stringMatching(/^این باید/) as unknown }],
      },
    ]);
    expect((await post(`${at}/note`, { text })).json()).toMatchObject({
      errors: [{ pointer: '/text', code: 'blank' }],
    });
  }
  expect(await view(id, taken.json<Done>().position)).toMatchObject({ version, category: 'open' });

  // The same command twice is one reply; another agent who had not read it is stopped, and told who was faster.
  const answer = { text: 'It will be with you on Thursday.', sinceVersion: version, then: 'waiting_customer' };
  const key = { 'idempotency-key': 'reply-1' };
  const replied = await post(`${at}/reply`, answer, key);
  expect([replied.statusCode, replied.headers['etag']]).toEqual([200, '"4"']);
  expect((await post(`${at}/reply`, answer, key)).json()).toEqual(replied.json());
  const stopped = await post(`${at}/reply`, { text: 'On Friday.', sinceVersion: version });
  expect([stopped.statusCode, stopped.json()]).toMatchObject([
    409,
    {
      ...{ code: 'conversation_refused', reason: 'replied-since', version: '4' },
      changes: [{ type: 'conversation.status_changed' }, { type: 'conversation.replied', version: '3' }],
    },
  ]);

  await put('teams/returns', { strategy: 'balanced' });
  const late = await post(`${at}/note`, { text: 'Carrier rang.' }, { 'if-match': '"3"' });
  expect([late.statusCode, late.headers['etag'], late.json()]).toMatchObject([
    412,
    '"4"',
    { code: 'version_mismatch', changes: [{ version: '4' }] },
  ]);
  expect((await post(`${at}/note`, { text: 'Carrier rang.' }, { 'if-match': '"4"' })).statusCode).toBe(200);

  for (const [command, body] of [
    ['take', undefined],
    ['transfer', { team: 'returns' }],
    ['prioritise', { priority: 'urgent' }],
    ['tag', { add: ['parcel'] }],
    ['status', { category: 'waiting_third_party', status: 'with-the-carrier' }],
    ['snooze', { until: '2100-01-01T00:00:00Z', wake: 'on_reply' }],
  ] as const)
    expect([command, (await post(`${at}/${command}`, body)).statusCode]).toEqual([command, 200]);
  const second = await takeUp(await says('m-2', 'Thank you', new Date().toISOString()));
  expect(second.json()).toMatchObject({ conversationId: id });
  expect(await view(id, second.json<Done>().position)).toMatchObject({
    ...{ category: 'open', agent: null, team: 'returns', priority: 'urgent', tags: ['parcel'], snoozedUntil: null },
    messages: [
      { kind: 'received' },
      { kind: 'reply', by: expect.stringMatching(/^key:/), direction: 'ltr' },
      { kind: 'note', text: 'Carrier rang.' },
      { kind: 'received', text: 'Thank you' },
    ],
  });
  await post(`${at}/status`, { category: 'resolved' });
  const third = await takeUp(await says('m-3', 'One more', new Date().toISOString()));
  expect(await view(id, third.json<Done>().position)).toMatchObject({ category: 'open', resolvedAt: null });
});

it('a team or an agent that nobody has set up is refused in every way in, and named', async () => {
  const taken = await takeUp(await says('m-9', 'Where do I send it?', '2026-03-25T10:00:00Z'));
  const { conversationId: id } = taken.json<Done>();
  const unknown = { kind: 'team', name: 'retruns' };
  const stranger = { kind: 'agent', name: 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a' };
  const refused = (code: string, more: object = {}) => ({
    status: 409,
    code,
    reason: 'unknown-team',
    unknown,
    ...more,
  });

  const transfer = await post(`conversations/${id}/transfer`, { team: 'retruns' });
  expect(transfer.json()).toMatchObject(refused('conversation_refused'));
  expect(transfer.json<{ detail: string }>().detail).toContain('“retruns”');
  const persian = await post(`conversations/${id}/transfer`, { team: 'retruns' }, { 'accept-language': 'fa' });
  expect(persian.json<{ detail: string }>().detail).toMatch(/گروهی با نام «retruns»/);
  expect((await post(`conversations/${id}/assign`, { agent: stranger.name })).json()).toMatchObject({
    ...{ code: 'conversation_refused', reason: 'unknown-agent', unknown: stranger },
  });
  const items = ['retruns', 'returns'].map((team) => ({ conversation: id, command: 'transfer', body: { team } }));
  expect((await post('bulk/conversations', { items })).json()).toMatchObject({
    results: [{ status: 'refused', problem: refused('conversation_refused') }, { status: 'done' }],
  });

  const actions = [{ tag: { add: ['late'] } }, { transfer: { team: 'retruns' } }];
  expect((await put('macros', { macros: [{ id: 'm', name: 'M', actions }] })).json()).toMatchObject(
    refused('rule_settings_refused', { field: 'macros.0.actions.1' }),
  );
  expect((await put('rules', { match: 'all', rules: [{ id: 'r', on: ['opened'], actions }] })).json()).toMatchObject(
    refused('rule_settings_refused', { field: 'rules.0.actions.1' }),
  );
  const assign = [{ assign: { to: stranger.name } }];
  expect((await put('macros', { macros: [{ id: 'm', name: 'M', actions: assign }] })).json()).toMatchObject({
    ...{ reason: 'unknown-agent', unknown: stranger },
  });
  const overflow = [{ team: 'retruns', afterSeconds: 60 }];
  expect((await put('teams/front', { strategy: 'balanced', overflow })).json()).toMatchObject(refused('team_refused'));
  const policy = { id: 'p', calendarId: 'always', targetSeconds: { resolution: 3_600 } };
  const warning = (to: string) => ({ policies: [{ ...policy, warnings: [{ beforePercent: 20, to: [to] }] }] });
  const field = 'policies.0.warnings.0.to';
  expect((await put('service-policies', warning('team:retruns'))).json()).toMatchObject(
    refused('policies_refused', { field }),
  );
  expect((await put('service-policies', warning(stranger.name))).json()).toMatchObject({
    ...{ reason: 'unknown-agent', unknown: stranger, field },
  });
  expect((await put('service-policies', warning('team:returns'))).statusCode).toBe(200);
});

it('conversations are merged and split, listed in pages, and forgotten with their customer', async () => {
  const open = async (subject: string): Promise<Done> =>
    (await post('conversations', { customer: sara, channel: 'email', subject })).json();
  const one = await open('Lamp');
  const other = await open('Chair');
  for (const text of ['First', 'Second']) await post(`conversations/${other.conversationId}/note`, { text });
  const merged = await post(`conversations/${other.conversationId}/merge`, { into: one.conversationId });
  const whole = await view(one.conversationId, merged.json<Done>().position);
  expect(whole).toMatchObject({ absorbed: [other.conversationId], messages: [{ text: 'First' }, { text: 'Second' }] });
  await post(`conversations/${other.conversationId}/unmerge`);

  const [note] = whole.messages;
  const split = await post(`conversations/${other.conversationId}/split`, { messages: [note?.id], subject: 'Table' });
  const { opened = '', position } = split.json<Done>();
  expect(await view(opened, position)).toMatchObject({
    ...{ subject: 'Table', origin: 'split', follows: other.conversationId },
    messages: [{ text: 'First', conversationId: opened }],
  });
  expect((await view(other.conversationId, position)).messages).toMatchObject([{ text: 'Second' }]);

  const seen: (string | null)[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const url = `conversations?customer=${sara}&limit=2&minPosition=${position}&cursor=${cursor}`;
    const page: ConversationPage = (await get(url)).json();
    seen.push(...page.data.map(({ subject }) => subject));
    cursor = page.page.next;
  }
  expect(seen).toHaveLength(4);
  expect(new Set(seen)).toEqual(new Set(['Lamp', 'Chair', 'Table', 'بسته‌ام کجاست؟']));
  const mine: ConversationPage = (await get('conversations?agent=nobody&category=open&team=returns')).json();
  expect(mine.data).toMatchObject([{ subject: 'بسته‌ام کجاست؟' }]);

  const erased = await post(`customers/${sara}/erase`, { reason: 'customer_request' });
  const after = erased.json<Done>().position;
  expect((await get(`conversations/${opened}?minPosition=${after}`)).json()).toMatchObject({
    code: 'conversation_not_found',
  });
  expect((await post(`conversations/${opened}/note`, { text: 'too late' })).json()).toMatchObject({
    code: 'customer_erased',
  });
  expect((await get(`conversations?minPosition=${after}`)).json()).toMatchObject({ data: [] });
});

it('conversations need scopes of their own', async () => {
  const { key: reader } = await gateway.installation.access.apiKeys.create(
    { name: 'reader', scopes: ['conversations:read'] },
    { kind: 'operator', id: 'cli:test' },
  );
  const asReader = { authorization: `Bearer ${reader}` };
  expect((await get('conversations', asReader)).statusCode).toBe(200);
  const refused = await post('touchpoints/1/take-up', undefined, asReader);
  expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([
    403,
    expect.stringContaining('scope="conversations:write"'),
  ]);
});
