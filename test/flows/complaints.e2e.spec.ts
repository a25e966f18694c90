import {
  type ComplaintCommandView,
  type ComplaintFiguresView,
  type ComplaintPage,
  type ComplaintView,
} from '#contracts';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway();
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;
const send = (method: 'POST' | 'PUT', url: string, body?: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method, url: `/v1/${url}` },
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });
const post = (url: string, body?: object, headers: Headers = {}) => send('POST', url, body, headers);
const get = (url: string, headers: Headers = {}) =>
  gateway.app.inject({ url: `/v1/${url}`, headers: { authorization: `Bearer ${gateway.key}`, ...headers } });

const customer = 'customer_number:12347';
const assessment = { severity: 'high', safety: false, complexity: 'ordinary', impact: 'several_customers' };

async function opened(): Promise<ComplaintCommandView> {
  const conversation = await post('conversations', { customer, channel: 'email', subject: 'Lamp' });
  const { conversationId } = conversation.json<{ conversationId: string }>();
  const complaint = await post('complaints', {
    conversation: conversationId,
    description: 'It broke',
    remedySought: 'refund',
  });
  expect(complaint.statusCode).toBe(201);
  return complaint.json();
}

async function through(id: string, rootCause: string, outcome: string): Promise<ComplaintCommandView> {
  const steps: readonly (readonly [string, object?])[] = [
    ['acknowledge'],
    ['assess', assessment],
    ['investigate', { findings: 'A batch of bad glass', rootCause }],
    ['respond', { text: 'پول شما را برمی‌گردانیم.', offered: 'refund' }],
    ['decide', { outcome, reasons: 'It was ours' }],
  ];
  let last: ComplaintCommandView | undefined;
  for (const [step, body] of steps) {
    const answer = await post(`complaints/${id}/${step}`, body);
    expect([step, answer.statusCode]).toEqual([step, 200]);
    last = answer.json();
  }
  if (last === undefined) throw new Error('no step');
  return last;
}

/** Somebody is known once they have done something. */
async function known(): Promise<void> {
  const recorded = await post('touchpoints', {
    ...{ id: 'v-1', source: 'shop', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:00:00Z' },
    identifiers: [{ kind: 'customer_number', value: '12347' }],
    data: {},
  });
  const { position } = recorded.json<{ position: string }>();
  expect((await get(`customers/${customer}?minPosition=${position}`)).statusCode).toBe(200);
}

it('complaints go their way, are counted, and are forgotten with their customer', async () => {
  await known();
  const causes = [
    { code: 'product', name: 'Product' },
    { code: 'glass', name: 'Glass', within: 'product' },
    { code: 'old', name: 'Old', retired: true },
  ];
  expect((await send('PUT', 'root-causes', { causes }, { 'if-match': '"1"' })).statusCode).toBe(412);
  const defined = await send('PUT', 'root-causes', { causes }, { 'if-match': '"0"' });
  expect([defined.statusCode, defined.headers['etag']]).toEqual([200, '"1"']);
  expect((await send('PUT', 'root-causes', { causes: causes.slice(1, 2) })).json()).toMatchObject({
    ...{ code: 'root_causes_refused', reason: 'removed' },
  });

  const first = await opened();
  const at = `complaints/${first.id}`;
  // Taken once, whoever comes second is told; and only at the version that is believed in.
  const key = { 'idempotency-key': 'ack-1' };
  expect((await post(`${at}/acknowledge`, undefined, { 'if-match': '"9"' })).statusCode).toBe(412);
  const acknowledged = await post(`${at}/acknowledge`, undefined, { ...key, 'if-match': '"1"' });
  expect((await post(`${at}/acknowledge`, undefined, { ...key, 'if-match': '"1"' })).json()).toEqual(
    acknowledged.json(),
  );
  expect((await post(`${at}/acknowledge`)).json()).toMatchObject({ reason: 'already-acknowledged' });
  expect((await post(`${at}/close`, { how: 'accepted' })).json()).toMatchObject({ reason: 'too-early' });
  await post(`${at}/assess`, assessment);
  for (const rootCause of ['old', 'nowhere'])
    expect((await post(`${at}/investigate`, { findings: 'x', rootCause })).json()).toMatchObject({
      reason: 'unknown-root-cause',
    });
  await post(`${at}/investigate`, { findings: 'A batch of bad glass', rootCause: 'glass' });
  // A further look that names no cause leaves the one that was found.
  await post(`${at}/investigate`, { findings: 'The supplier says the same' });
  await post(`${at}/respond`, { text: 'پول شما را برمی‌گردانیم.', offered: 'refund' });
  await post(`${at}/decide`, { outcome: 'upheld', reasons: 'It was ours' });
  const closed = (await post(`${at}/close`, { how: 'accepted' })).json<ComplaintCommandView>();
  const whole = (await get(at)).json<ComplaintView>();
  expect(whole).toMatchObject({
    ...{ stage: 'closed', outcome: 'upheld', rootCause: 'glass', severity: 'high', version: '8' },
    reference: expect.stringMatching(/^C-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/),
  });
  // As it is named on the phone, in Persian digits.
  const spoken = whole.reference.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('4', '۴');
  const named = `complaints?reference=${encodeURIComponent(spoken)}&minPosition=${closed.position}`;
  expect((await get(named)).json<ComplaintPage>().data.map(({ id }) => id)).toEqual([first.id]);
  expect(whole.steps.map(({ data }) => data)).toMatchObject([
    { description: 'It broke', remedySought: 'refund' },
    {},
    assessment,
    { findings: 'A batch of bad glass', rootCause: 'glass', rootCausesVersion: 1 },
    { findings: 'The supplier says the same' },
    { text: 'پول شما را برمی‌گردانیم.' },
    { reasons: 'It was ours' },
    { how: 'accepted' },
  ]);

  // The same root cause came back; another did not.
  await through((await opened()).id, 'glass', 'not_upheld');
  const { position } = await through((await opened()).id, 'product', 'partly_upheld');
  const range = `from=2020-01-01T00:00:00Z&to=2020-12-31T00:00:00Z`;
  expect((await get(`complaints/figures?${range}`)).json()).toMatchObject({ received: 0, upheldPercent: null });
  const now = Date.now();
  const [from, to] = [now - 86_400_000, now + 86_400_000].map((time) => new Date(time).toISOString());
  const figures = (
    await get(`complaints/figures?from=${from!}&to=${to!}&minPosition=${position}`)
  ).json<ComplaintFiguresView>();
  expect(figures).toMatchObject({
    ...{ received: 3, decided: 3, upheld: 1, partlyUpheld: 1, upheldPercent: 33.3, explained: 3, recurred: 1 },
    ...{ toAcknowledge: { n: 3 }, toDecision: { n: 3 } },
  });
  expect(figures.toDecision.medianSeconds).toBeGreaterThanOrEqual(figures.toAcknowledge.medianSeconds ?? Infinity);

  const list = async (query: string): Promise<readonly string[]> =>
    (await get(`complaints?${query}`)).json<ComplaintPage>().data.map(({ id }) => id);
  expect(await list(`reference=${whole.reference}`)).toEqual([first.id]);
  expect(await list('stage=closed,received')).toEqual([first.id]);
  const page = (await get('complaints?limit=2')).json<ComplaintPage>();
  expect(await list(`limit=2&cursor=${page.page.next ?? ''}`)).toEqual([first.id]);
  expect((await get(`complaints?stage=closed&cursor=${page.page.next ?? ''}`)).statusCode).toBe(400);

  // What a customer complains of by a touchpoint is a complaint without anybody saying so, of the time at which it was made.
  const told = await post('touchpoints', {
    ...{ id: 'c-1', source: 'bureau', kind: 'complaint', channel: 'fax', occurredAt: '2020-06-01T10:00:00Z' },
    identifiers: [{ kind: 'customer_number', value: '12347' }],
    data: { product: 'Lamp', issue: 'Broken', response: 'Closed with explanation' },
  });
  const takeUp = `touchpoints/${told.json<{ position: string }>().position}/take-up`;
  const { conversationId, position: taken } = (await post(takeUp)).json<{ conversationId: string; position: string }>();
  expect((await post(takeUp)).json()).toMatchObject({ conversationId });
  const found = await get(`complaints?conversation=${conversationId}&minPosition=${taken}`);
  const [one, ...more] = found.json<ComplaintPage>().data;
  expect([one, more]).toMatchObject([
    { stage: 'received', channel: 'fax', receivedAt: '2020-06-01T10:00:00.000Z' },
    [],
  ]);
  expect((await get(`complaints/${one?.id ?? ''}`)).json<ComplaintView>().steps).toMatchObject([
    {
      by: 'system:take-ups',
      data: { description: 'Lamp, Broken', answeredElsewhere: 'Closed with explanation', reference: one?.reference },
    },
  ]);
  expect((await get(`complaints/figures?${range}`)).json()).toMatchObject({
    ...{ received: 1, toAcknowledge: { n: 0, meanSeconds: null, p90Seconds: null } },
  });
  expect((await post(`complaints/${one?.id ?? ''}/acknowledge`)).statusCode).toBe(200);
  // Nobody makes it again who only reads the conversation; about something else there may be another.
  const again = { conversation: conversationId, description: 'The lamp is broken' };
  const twice = await post('complaints', again);
  expect([twice.statusCode, twice.json()]).toMatchObject([409, { reason: 'made-by-touchpoint', complaint: one?.id }]);
  expect((await post('complaints', { ...again, another: true })).statusCode).toBe(201);

  const erased = await post(`customers/${customer}/erase`, { reason: 'customer_request' });
  const gone = erased.json<{ position: string }>().position;
  expect((await get(`complaints?minPosition=${gone}`)).json()).toMatchObject({ data: [] });
  expect((await get(at)).statusCode).toBe(404);
  expect((await post(`${at}/close`, { how: 'accepted' })).json()).toMatchObject({ code: 'customer_erased' });
});

it('complaints need a scope', async () => {
  const { key } = await gateway.installation.access.apiKeys.create(
    { name: 'writer', scopes: ['touchpoints:write'] },
    { kind: 'operator', id: 'cli:test' },
  );
  const asWriter = { authorization: `Bearer ${key}` };
  expect((await get('complaints', asWriter)).statusCode).toBe(403);
  expect((await send('PUT', 'root-causes', { causes: [] }, asWriter)).statusCode).toBe(403);
});
