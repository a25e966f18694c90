import {
  type CannedReplyPage,
  type ComplaintPage,
  type ConversationCommandView,
  type ConversationRulesView,
  type ConversationView,
  type QueuePage,
  type RenderedReplyView,
} from '#contracts';
import { until } from '#testing';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
let agentKey: string;
beforeAll(async () => {
  gateway = await openRealGateway();
  const tester = { kind: 'operator', id: 'cli:test' } as const;
  const scopes = ['conversations:write', 'touchpoints:write'] as const;
  agentKey = (await gateway.installation.access.apiKeys.create({ name: 'agent', scopes }, tester)).key;
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;
const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method, url: `/v1/${encodeURI(url)}` },
    headers: {
      authorization: `Bearer ${gateway.key}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { payload: JSON.stringify(body) }),
  });
const asAgent = (): Headers => ({ authorization: `Bearer ${agentKey}` });

let made = 0;
/** A conversation with somebody who is known. */
async function opened(name?: string): Promise<string> {
  made += 1;
  const number = `9${String(made)}`;
  const recorded = await send('POST', 'touchpoints', {
    ...{ id: `v-${number}`, source: 'shop', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:00:00Z' },
    identifiers: [{ kind: 'customer_number', value: number }],
    ...(name !== undefined && { profile: { name } }),
    data: {},
  });
  const { position } = recorded.json<{ position: string }>();
  expect((await send('GET', `customers/customer_number:${number}?minPosition=${position}`)).statusCode).toBe(200);
  const body = { customer: `customer_number:${number}`, channel: 'email', subject: 'بستهٔ ۱۰۰۱' };
  return (await send('POST', 'conversations', body)).json<{ conversationId: string }>().conversationId;
}

it('canned replies are saved by leads, found however they are typed, and filled for one conversation', async () => {
  const late = {
    ...{ name: 'تأخیر در ارسال', folder: 'shipping/late', team: 'returns' },
    text: 'سلام {{customer.name|دوست عزیز}}، دربارهٔ «{{conversation.subject}}» در {{conversation.team}}.',
  };
  expect((await send('PUT', 'canned-replies/late', late, asAgent())).statusCode).toBe(403);
  expect((await send('PUT', 'canned-replies/late', late, { 'if-match': '"7"' })).statusCode).toBe(412);
  const saved = await send('PUT', 'canned-replies/late', late, { 'if-match': '"0"', 'idempotency-key': 'late-1' });
  expect([saved.statusCode, saved.headers['etag']]).toEqual([200, '"1"']);
  const again = await send('PUT', 'canned-replies/late', late, { 'if-match': '"0"', 'idempotency-key': 'late-1' });
  expect(again.json()).toEqual(saved.json());
  const misspelt = await send('PUT', 'canned-replies/late', { ...late, text: '{{customer.nmae}}' });
  expect([misspelt.statusCode, misspelt.json()]).toMatchObject([409, { reason: 'unknown-variable' }]);
  await send('PUT', 'canned-replies/refund', { name: 'Refund', text: '100% within 14 days' });
  const { position } = (await send('PUT', 'canned-replies/thanks', { name: 'Thanks', text: 'Thank you!' })).json<{
    position: string;
  }>();

  const found = async (query: string): Promise<readonly string[]> => {
    const answer = await send('GET', `canned-replies?minPosition=${position}&${query}`, undefined, asAgent());
    return answer.json<CannedReplyPage>().data.map(({ id }) => id);
  };
  // Arabic letters for Persian ones, a joiner, the other digits, and no wildcards.
  expect(await found('search=تاخير ارسال')).toEqual(['late']);
  expect(await found('search=THANK')).toEqual(['thanks']);
  expect(await found('search=۱۴')).toEqual(['refund']);
  expect(await found('search=0% w')).toEqual(['refund']);
  expect(await found('search=%')).toEqual(['refund']);
  expect(await found('folder=shipping')).toEqual(['late']);
  expect(await found('folder=ship')).toEqual([]);
  expect(await found('team=front')).toEqual(['refund', 'thanks']);
  const page = (await send('GET', 'canned-replies?limit=2')).json<CannedReplyPage>();
  const next = (await send('GET', `canned-replies?limit=2&cursor=${page.page.next ?? ''}`)).json<CannedReplyPage>();
  expect([page, next].map(({ data }) => data.map(({ id }) => id))).toEqual([['late', 'refund'], ['thanks']]);
  expect((await send('GET', `canned-replies?team=front&cursor=${page.page.next ?? ''}`)).statusCode).toBe(400);

  const rendered = async (conversation: string) =>
    (
      await send('GET', `conversations/${conversation}/canned-replies/late`, undefined, asAgent())
    ).json<RenderedReplyView>();
  expect(await rendered(await opened('{{conversation.id}}'))).toMatchObject({
    ...{
      text: 'سلام {{conversation.id}}، دربارهٔ «بستهٔ ۱۰۰۱» در {{conversation.team}}.',
      missing: ['conversation.team'],
    },
  });
  expect((await rendered(await opened())).text).toMatch(/^سلام دوست عزیز،/);

  // Removed and saved again, it goes on from its last version.
  const removed = await send('DELETE', 'canned-replies/late');
  const { position: gone } = removed.json<{ position: string }>();
  expect((await send('GET', `canned-replies/late?minPosition=${gone}`)).statusCode).toBe(404);
  expect((await send('PUT', 'canned-replies/late', late)).headers['etag']).toBe('"3"');
  const told = await gateway.installation.audit.list();
  expect(told.filter(({ action }) => action === 'canned_reply.removed')).toHaveLength(1);
});

async function versionOf(id: string): Promise<string> {
  const head = String(await gateway.installation.store.head());
  return (await send('GET', `conversations/${id}?minPosition=${head}`)).json<ConversationView>().version;
}

it('a macro is done whole or not at all, once, and by whoever may do all of it', async () => {
  await send('PUT', 'canned-replies/greeting', { name: 'Greeting', text: 'Dear {{customer.name}}, we look into it.' });
  const macros = [
    {
      ...{ id: 'take-over', name: 'Take over' },
      actions: [
        { assign: { to: 'me' } },
        { tag: { add: ['damaged'] } },
        { note: { text: 'Ask for a photograph.' } },
        { reply: { cannedReply: 'greeting', then: 'waiting_customer' } },
      ],
    },
  ];
  const unknown = [{ id: 'x', name: 'X', actions: [{ reply: { cannedReply: 'nothing' } }] }];
  expect((await send('PUT', 'macros', { macros: unknown })).json()).toMatchObject({
    ...{ code: 'rule_settings_refused', reason: 'unknown-canned-reply', field: 'macros.0.actions.0' },
  });
  expect((await send('PUT', 'macros', { macros }, asAgent())).statusCode).toBe(403);
  const saved = await send('PUT', 'macros', { macros }, { 'if-match': '"0"', 'idempotency-key': 'macros-1' });
  expect(saved.headers['etag']).toBe('"1"');
  const again = await send('PUT', 'macros', { macros }, { 'if-match': '"0"', 'idempotency-key': 'macros-1' });
  expect(again.json()).toEqual(saved.json());
  expect((await send('PUT', 'macros', { macros: [] }, { 'if-match': '"0"' })).statusCode).toBe(412);
  expect((await send('GET', 'macros', undefined, { 'if-none-match': '"1"' })).statusCode).toBe(304);

  const id = await opened('Sara');
  const apply = (macro: string, more: object = {}, headers: Headers = {}) =>
    send('POST', `conversations/${id}/macro`, { macro, ...more }, headers);
  expect((await apply('nothing')).statusCode).toBe(404);
  expect((await apply('take-over')).json()).toMatchObject({ code: 'macro_refused', reason: 'needs-version' });
  const key = { 'idempotency-key': 'macro-1' };
  const done = await apply('take-over', { sinceVersion: '1' }, key);
  expect(done.statusCode).toBe(200);
  expect((await apply('take-over', { sinceVersion: '1' }, key)).json()).toEqual(done.json());
  // Opened, assigned, tagged, noted, replied, waiting: nothing twice.
  const { version, position } = done.json<ConversationCommandView>();
  expect(version).toBe('6');
  const shown = (await send('GET', `conversations/${id}?minPosition=${position}`)).json<ConversationView>();
  expect(shown).toMatchObject({ category: 'waiting_customer', tags: ['damaged'], version });
  expect(shown.messages.map(({ text }) => text)).toEqual(['Ask for a photograph.', 'Dear Sara, we look into it.']);
  // Somebody spoke since: nothing of it is done.
  expect((await apply('take-over', { sinceVersion: '1' })).json()).toMatchObject({
    ...{ code: 'macro_refused', reason: 'replied-since', action: 3, version },
  });
  expect(await versionOf(id)).toBe(version);

  const rules = await send('GET', `conversations/${id}/rules?minPosition=${position}`);
  expect(rules.json<ConversationRulesView>().decisions).toMatchObject([
    {
      ...{ what: 'macro_applied', id: 'take-over', listVersion: '1', version: '6' },
      actions: ['assign', 'tag', 'note', 'reply'].map((action) => ({ action, changed: true })),
    },
  ]);
});

it('what a conversation must have is asked for before it is resolved, in the language of who asks', async () => {
  const id = await opened();
  const resolve = (headers: Headers = {}) =>
    send('POST', `conversations/${id}/status`, { category: 'resolved' }, { 'accept-language': 'fa', ...headers });
  const requirements = [
    { id: 'why', needs: ['tag', 'agent'], oneOfTags: ['late', 'damaged'] },
    { id: 'chats', when: { channel: ['chat'] }, needs: ['team'] },
    { id: 'complaints', needs: ['root_cause'] },
  ];
  expect((await send('PUT', 'requirements', { requirements })).statusCode).toBe(200);
  expect((await resolve()).json()).toMatchObject({
    ...{ code: 'resolution_incomplete', version: '1', title: 'چیزی کم است' },
    errors: [
      { pointer: '/tag', code: 'tag', detail: expect.stringContaining('برچسب') as string },
      { pointer: '/agent', code: 'agent', detail: expect.stringContaining('کارشناس') as string },
    ],
    missing: [
      { requirement: 'why', thing: 'tag', oneOf: ['late', 'damaged'] },
      { requirement: 'why', thing: 'agent' },
    ],
  });
  await send('POST', `conversations/${id}/tag`, { add: ['late'] });
  await send('POST', `conversations/${id}/take`);
  await send('POST', 'complaints', { conversation: id, description: 'It broke', remedySought: 'refund' });
  const english = (await resolve({ 'accept-language': 'en' })).json<{ errors: readonly { detail: string }[] }>();
  expect(english.errors.map(({ detail }) => detail)).toEqual([expect.stringContaining('root cause')]);
  // A reply that would resolve it is stopped as well, whole.
  const version = await versionOf(id);
  const reply = { text: 'Done', sinceVersion: version, then: 'resolved' };
  expect((await send('POST', `conversations/${id}/reply`, reply)).statusCode).toBe(409);
  expect(await versionOf(id)).toBe(version);
  expect((await send('PUT', 'requirements', { requirements: requirements.slice(0, 2) })).statusCode).toBe(200);
  expect((await resolve()).statusCode).toBe(200);
  // What is resolved already is asked for nothing.
  await send('POST', `conversations/${id}/tag`, { remove: ['late'] });
  expect((await resolve()).statusCode).toBe(200);
  await send('PUT', 'requirements', { requirements: [] });
});

it('a complaint is explained before what its conversation was merged into is resolved', async () => {
  const own = await opened();
  const again = { customer: `customer_number:9${String(made)}`, channel: 'phone', subject: 'بستهٔ ۱۰۰۱' };
  const other = (await send('POST', 'conversations', again)).json<{ conversationId: string }>().conversationId;
  const complaint = await send('POST', 'complaints', { conversation: other, description: 'It broke' });
  expect(complaint.statusCode).toBe(201);
  const merged = await send('POST', `conversations/${other}/merge`, { into: own });
  expect(merged.statusCode).toBe(200);
  const { position } = merged.json<{ position: string }>();
  const page = await send('GET', `complaints?conversation=${own}&minPosition=${position}`);
  expect(page.json<ComplaintPage>().data.map(({ conversationId }) => conversationId)).toEqual([other]);
  await send('PUT', 'requirements', { requirements: [{ id: 'complaints', needs: ['root_cause'] }] });
  const resolve = () => send('POST', `conversations/${own}/status`, { category: 'resolved' });
  expect((await resolve()).json()).toMatchObject({ code: 'resolution_incomplete', missing: [{ thing: 'root_cause' }] });
  await send('POST', `conversations/${other}/unmerge`);
  expect((await resolve()).statusCode).toBe(200);
  await send('PUT', 'requirements', { requirements: [] });
});

it('a merge into what is resolved resolves, and is stopped where something is missing', async () => {
  const resolved = await opened();
  const again = { customer: `customer_number:9${String(made)}`, channel: 'phone', subject: 'بستهٔ ۱۰۰۱' };
  const other = (await send('POST', 'conversations', again)).json<{ conversationId: string }>().conversationId;
  const stand = (id: string, category: string) => send('POST', `conversations/${id}/status`, { category });
  expect((await stand(resolved, 'resolved')).statusCode).toBe(200);
  await send('POST', 'complaints', { conversation: other, description: 'It broke' });
  await send('PUT', 'requirements', { requirements: [{ id: 'complaints', needs: ['root_cause'] }] });
  expect((await stand(other, 'waiting_customer')).statusCode).toBe(200);
  const merge = () => send('POST', `conversations/${other}/merge`, { into: resolved });
  expect((await merge()).json()).toMatchObject({ code: 'resolution_incomplete', missing: [{ thing: 'root_cause' }] });
  // Of two that were resolved nothing is asked again.
  await send('PUT', 'requirements', { requirements: [] });
  expect((await stand(other, 'resolved')).statusCode).toBe(200);
  await send('PUT', 'requirements', { requirements: [{ id: 'complaints', needs: ['root_cause'] }] });
  expect((await merge()).statusCode).toBe(200);
  await send('PUT', 'requirements', { requirements: [] });
});

it('statuses are those of the list, each of one category, and the queue shows what stands so', async () => {
  const id = await opened();
  const stand = (category: string, status?: string) =>
    send('POST', `conversations/${id}/status`, { category, ...(status && { status }) });
  expect((await stand('waiting_third_party', 'anything')).statusCode).toBe(200);
  const label = { en: 'With the carrier', fa: 'نزد پست' };
  const statuses = [{ id: 'carrier', category: 'waiting_third_party', label }];
  expect((await send('PUT', 'statuses', { statuses }, asAgent())).statusCode).toBe(403);
  expect((await send('PUT', 'statuses', { statuses }, { 'if-match': '"3"' })).statusCode).toBe(412);
  expect((await send('PUT', 'statuses', { statuses: [...statuses, ...statuses] })).json()).toMatchObject({
    ...{ code: 'rule_settings_refused', reason: 'listed-twice', field: 'statuses.1.id' },
  });
  const saved = await send('PUT', 'statuses', { statuses }, { 'if-match': '"0"' });
  expect([saved.statusCode, saved.headers['etag']]).toEqual([200, '"1"']);
  expect((await send('GET', 'statuses', undefined, asAgent())).json()).toMatchObject({ version: '1', statuses });

  const refusals = [await stand('waiting_customer', 'anything'), await stand('resolved', 'carrier')];
  expect(refusals.map((refused) => [refused.statusCode, refused.json<{ reason: string }>().reason])).toEqual([
    [409, 'unknown-status'],
    [409, 'status-of-other-category'],
  ]);
  expect((await stand('resolved', 'waiting_customer')).json()).toMatchObject({ reason: 'status-of-other-category' });
  const macros = [{ id: 'm', name: 'M', actions: [{ status: { category: 'open', status: 'carrier' } }] }];
  expect((await send('PUT', 'macros', { macros })).json()).toMatchObject({ reason: 'status-of-other-category' });
  // A word that a macro gives cannot be taken away from under it, nor count as something else.
  const gives = [{ status: { category: 'waiting_third_party', status: 'carrier' } }];
  expect((await send('PUT', 'macros', { macros: [{ id: 'm', name: 'M', actions: gives }] })).statusCode).toBe(200);
  const named = [{ kind: 'macro', id: 'm', status: 'carrier' }];
  for (const less of [[], [{ ...statuses[0], category: 'open' }]])
    expect((await send('PUT', 'statuses', { statuses: less })).json()).toMatchObject({
      ...{ code: 'rule_settings_refused', reason: 'named-by-actions', field: 'statuses', named },
    });
  const more = [...statuses, { id: 'billed', category: 'resolved', label }];
  expect((await send('PUT', 'statuses', { statuses: more })).statusCode).toBe(200);
  await send('PUT', 'macros', { macros: [] });

  expect((await stand('open')).statusCode).toBe(200);
  const { position } = (await stand('waiting_third_party', 'carrier')).json<ConversationCommandView>();

  const shown = async (status: string): Promise<readonly string[]> => {
    const page = (await send('GET', `queue?status=${status}&minPosition=${position}`)).json<QueuePage>();
    return page.data.map(({ conversationId }) => conversationId);
  };
  expect([await shown('carrier'), await shown('anything')]).toEqual([[id], []]);
  const views = [{ id: 'post', name: 'Post', filter: { statuses: ['carrier'] } }];
  const kept = (await send('PUT', 'queue/views', { views })).json<ConversationCommandView>();
  expect((await send('GET', `queue/views/counts?minPosition=${kept.position}`)).json()).toMatchObject({
    views: [{ id: 'post', count: 1 }],
  });
});

it('who comes back reopens or opens by the return rules that held when they wrote', async () => {
  expect((await send('PUT', 'teams/returns', { strategy: 'balanced' })).statusCode).toBe(200);
  const rules = [{ id: 'mail', when: { channel: ['email'], team: ['returns'] }, reopen: 'never' }];
  expect((await send('PUT', 'return-rules', { spam: 'stays', rules }, asAgent())).statusCode).toBe(403);
  expect((await send('PUT', 'return-rules', { spam: 'stays', rules }, { 'if-match': '"3"' })).statusCode).toBe(412);
  const endless = [{ ...rules[0], withinSeconds: 60 }];
  expect((await send('PUT', 'return-rules', { spam: 'stays', rules: endless })).json()).toMatchObject({
    ...{ code: 'rule_settings_refused', reason: 'needless-seconds', field: 'rules.0.withinSeconds' },
  });
  expect((await send('GET', 'return-rules')).json()).toMatchObject({ version: '0', spam: 'stays', rules: [] });

  const id = await opened();
  const writes = async (name: string): Promise<string> => {
    const told = await send('POST', 'touchpoints', {
      ...{
        id: `back-${name}`,
        source: 'shop',
        kind: 'message',
        channel: 'email',
        occurredAt: new Date().toISOString(),
      },
      identifiers: [{ kind: 'customer_number', value: `9${String(made)}` }],
      data: { author: 'customer', text: name },
    });
    return told.json<{ position: string }>().position;
  };
  const goesTo = async (position: string): Promise<ConversationCommandView> =>
    (await send('POST', `touchpoints/${position}/take-up`)).json<ConversationCommandView>();
  const resolve = async (): Promise<void> => {
    await send('POST', `conversations/${id}/transfer`, { team: 'returns' });
    expect((await send('POST', `conversations/${id}/status`, { category: 'resolved' })).statusCode).toBe(200);
  };
  await resolve();
  const before = await writes('before');
  const saved = await send('PUT', 'return-rules', { spam: 'stays', rules }, { 'if-match': '"0"' });
  expect([saved.statusCode, saved.headers['etag']]).toEqual([200, '"1"']);
  const after = await writes('after');
  // Taken up only now, it goes by the rules of its time.
  expect((await goesTo(before)).conversationId).toBe(id);
  await resolve();
  const { conversationId: another, position } = await goesTo(after);
  expect(another).not.toBe(id);
  const shown = await send('GET', `conversations/${another}?minPosition=${position}`);
  expect(shown.json<ConversationView>().follows).toBe(id);
  await send('PUT', 'return-rules', { spam: 'stays', rules: [] });
});

let hasReactor = false;
function reacting(): void {
  if (!hasReactor) gateway.installation.startReactions({ pollMs: 20, passTimeEveryMs: 20 });
  hasReactor = true;
}

it('rules answer what is said and what waits too long, once each, and say why', async () => {
  const rules = [
    {
      ...{ id: 'angry', on: ['message_received'], when: { text: ['شکایت'], withoutTags: ['angry'] } },
      actions: [{ tag: { add: ['angry'] } }, { prioritise: { priority: 'urgent' } }],
    },
    // It is done by the rule before it as well: what that does wakes no rule.
    { id: 'never', on: ['tagged'], actions: [{ note: { text: 'A rule woke a rule.' } }] },
    { id: 'unheard', after: { waiting: 'unassigned', minutes: 5 }, actions: [{ transfer: { team: 'front' } }] },
  ];
  await send('PUT', 'teams/front', { strategy: 'balanced' });
  const twice = { match: 'all', rules: [rules[0], rules[0]] };
  expect((await send('PUT', 'rules', twice)).json()).toMatchObject({ reason: 'listed-twice', field: 'rules.1.id' });
  const elsewhere = { id: 'x', after: { waiting: 'us', minutes: 5, calendarId: 'moon' }, actions: rules[0]?.actions };
  expect((await send('PUT', 'rules', { match: 'all', rules: [elsewhere] })).json()).toMatchObject({
    reason: 'unknown-calendar',
  });
  expect((await send('PUT', 'rules', { match: 'all', rules }, asAgent())).statusCode).toBe(403);
  reacting();
  const { position } = (await send('PUT', 'rules', { match: 'all', rules }, { 'if-match': '"0"' })).json<{
    position: string;
  }>();
  expect((await send('GET', 'rules')).headers['etag']).toBe('"1"');

  // Said six minutes ago: nobody has had it for longer than the rule allows.
  const occurredAt = new Date(Date.now() - 360_000).toISOString();
  await send('POST', 'touchpoints', {
    ...{ id: 'm-1', source: 'shop', kind: 'message', channel: 'email', occurredAt },
    identifiers: [{ kind: 'customer_number', value: '777' }],
    data: { author: 'customer', text: 'من از شما شكايت دارم' },
  });
  const found = async (): Promise<ConversationView | undefined> => {
    const page = await send('GET', `conversations?customer=customer_number:777`);
    return page.statusCode === 200 ? page.json<{ data: readonly ConversationView[] }>().data[0] : undefined;
  };
  await until(
    async () => {
      const shown = await found();
      return shown?.priority === 'urgent' && shown.team === 'front';
    },
    'both rules have answered',
    30_000,
  );
  const shown = await found();
  expect(shown).toMatchObject({ tags: ['angry'], team: 'front' });
  const id = shown?.id ?? '';
  const decisions = async () => {
    const head = String(await gateway.installation.store.head());
    const answer = await send('GET', `conversations/${id}/rules?minPosition=${head}`);
    return answer.json<ConversationRulesView>().decisions;
  };
  const said = [...(await decisions())].sort((one, other) => (one.id < other.id ? -1 : 1));
  expect(said).toMatchObject([
    {
      ...{ what: 'rule_applied', id: 'angry', listVersion: '1', trigger: 'message_received' },
      because: [{ condition: 'withoutTags' }, { condition: 'text' }],
      actions: [
        { action: 'tag', changed: true },
        { action: 'prioritise', changed: true },
      ],
    },
    {
      ...{ what: 'rule_applied', id: 'unheard', trigger: 'time', since: occurredAt },
      dueAt: new Date(Date.parse(occurredAt) + 300_000).toISOString(),
      because: [{ condition: 'waiting', value: 'unassigned' }],
    },
  ]);
  expect(BigInt(said[0]?.triggerPosition ?? '0')).toBeGreaterThan(BigInt(position));

  // A person tags it: that does wake the rule.
  await send('POST', `conversations/${id}/tag`, { add: ['late'] });
  await until(async () => (await decisions()).some((each) => each.id === 'never'), 'the rule has answered');
});

it('a rule that answers openings replies to what opened a conversation, knows what it says, and answers it once', async () => {
  await send('PUT', 'canned-replies/ack', { name: 'رسید', text: 'پیام شما رسید.' });
  const rules = [
    { id: 'ack', on: ['opened'], actions: [{ reply: { cannedReply: 'ack' } }] },
    {
      ...{ id: 'persian', on: ['opened', 'message_received'], when: { direction: 'rtl', text: ['شکایت'] } },
      actions: [{ tag: { add: ['persian'] } }, { note: { text: 'به فارسی' } }],
    },
    { id: 'latin', on: ['opened'], when: { direction: 'ltr' }, actions: [{ tag: { add: ['latin'] } }] },
  ];
  reacting();
  expect((await send('PUT', 'rules', { match: 'all', rules })).statusCode).toBe(200);
  // The words come after what its subject is made of.
  await send('POST', 'touchpoints', {
    ...{ id: 'o-1', source: 'shop', kind: 'message', channel: 'email', occurredAt: new Date().toISOString() },
    identifiers: [{ kind: 'customer_number', value: '776' }],
    data: { author: 'customer', text: `سلام. ${'متن '.repeat(60)} شكايت دارم` },
  });
  const shown = async () => {
    const page = await send('GET', 'conversations?customer=customer_number:776');
    const id = page.statusCode === 200 ? page.json<{ data: { id: string }[] }>().data[0]?.id : undefined;
    if (id === undefined) return undefined;
    const head = String(await gateway.installation.store.head());
    const { decisions } = (
      await send('GET', `conversations/${id}/rules?minPosition=${head}`)
    ).json<ConversationRulesView>();
    const { tags, messages } = (await send('GET', `conversations/${id}?minPosition=${head}`)).json<ConversationView>();
    return { decisions, tags, said: messages.map(({ by, text }) => [by, text]).slice(1) };
  };
  await until(async () => ((await shown())?.decisions.length ?? 0) >= 2, 'rules have answered', 30_000);
  const { decisions, tags, said } = (await shown()) ?? {};
  expect(decisions?.map(({ what, id, trigger }) => [what, id, trigger]).sort()).toEqual([
    ['rule_applied', 'ack', 'opened'],
    ['rule_applied', 'persian', 'opened'],
  ]);
  expect(tags).toEqual(['persian']);
  expect(said).toEqual([
    ['system:rules', 'پیام شما رسید.'],
    ['system:rules', 'به فارسی'],
  ]);
});
