import { type ConversationClocksView, type ServicePoliciesView } from '#contracts';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway();
  gateway.installation.startReactions({ pollMs: 20 });
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;
const call = (method: 'GET' | 'PUT' | 'POST', url: string, body?: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method, url: `/v1/${url}` },
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });

const office = {
  timeZone: 'UTC',
  week: Object.fromEntries(
    ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, [{ opens: '09:00', closes: '17:00' }]]),
  ),
};
const policy = (id: string, first_response: number, more: object = {}) => ({
  ...{ id, calendarId: 'office', targetSeconds: { first_response }, ...more },
});

async function clocksOf(id: string, holds: (view: ConversationClocksView) => boolean): Promise<ConversationClocksView> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await call('GET', `conversations/${id}/clocks`);
    if (answer.statusCode === 200 && holds(answer.json())) return answer.json();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the clocks did not come to it');
}

async function writes(customer: string, occurredAt: string): Promise<string> {
  const { position } = (
    await call('POST', 'touchpoints', {
      ...{ id: customer, source: 'shop', kind: 'message', channel: 'chat', occurredAt },
      identifiers: [{ kind: 'customer_number', value: customer }],
      data: { author: 'customer', text: 'Where is it?' },
    })
  ).json<{ position: string }>();
  const taken = await call('POST', `touchpoints/${position}/take-up`);
  return taken.json<{ conversationId: string }>().conversationId;
}

it('a lead saves calendars and policies: once for each key, at the version that was read, and never what cannot be', async () => {
  const before = (await call('GET', 'service-policies')).json<ServicePoliciesView>();
  expect(before).toMatchObject({ version: '1', policies: [{ id: 'standard', calendarId: 'always' }], by: null });
  expect((await call('PUT', 'calendars/office', { timeZone: 'UTC', week: {} })).json()).toMatchObject({
    ...{ status: 409, code: 'calendar_refused', reason: 'never-open', field: 'week' },
  });
  expect((await call('PUT', 'service-policies', { policies: [policy('gold', 60)] })).json()).toMatchObject({
    ...{ status: 409, reason: 'unknown-calendar', field: 'policies.0.calendarId' },
  });

  const calendar = await call('PUT', 'calendars/office', office);
  expect([calendar.statusCode, calendar.headers['etag']]).toEqual([200, '"1"']);
  expect((await call('GET', 'calendars/office')).json()).toMatchObject({ version: '1', calendar: office });

  const policies = [policy('gold', 3_600, { when: { channel: ['chat'] } })];
  const asked: Headers = { 'idempotency-key': 'policies-1', 'if-match': '"1"' };
  const saved = await call('PUT', 'service-policies', { policies }, asked);
  expect([saved.statusCode, saved.headers['etag']]).toEqual([200, '"2"']);
  expect((await call('PUT', 'service-policies', { policies }, asked)).json()).toEqual(saved.json());
  const late = await call('PUT', 'service-policies', { policies: [] }, { 'if-match': '"1"' });
  expect([late.statusCode, late.headers['etag']]).toEqual([412, '"2"']);
  expect((await call('GET', 'service-policies')).json()).toMatchObject({ version: '2', policies });
  expect((await call('GET', 'service-policies', undefined, { 'if-none-match': '"2"' })).statusCode).toBe(304);

  const told = await gateway.installation.audit.list({ action: 'service_policies.saved' });
  expect(told.map(({ outcome }) => outcome)).toEqual(['refused', 'succeeded', 'succeeded', 'refused']);
});

it('of those who save a calendar at once, each is saved after the other', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => call('PUT', 'calendars/night', office)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(answers.map((answer) => answer.json<{ version: string }>().version).sort()).toEqual(['1', '2', '3']);
});

it('a clock is measured by the first policy that matches, and shows how it is counted', async () => {
  // A Friday, half an hour before the office closes.
  const id = await writes('12347', '2026-03-20T16:30:00Z');
  const { clocks } = await clocksOf(id, (view) => view.clocks.length > 0);
  expect(clocks).toMatchObject([
    {
      ...{ kind: 'first_response', ordinal: 1, status: 'running', verdict: 'breached', stoppedAt: null },
      ...{ policyId: 'gold', policyVersion: 2, calendarId: 'office', calendarVersion: 1 },
      arithmetic: { startedAt: '2026-03-20T16:30:00.000Z', dueAt: '2026-03-23T09:30:00.000Z', targetSeconds: 3_600 },
    },
  ]);
  const lines = clocks[0]?.arithmetic.lines ?? [];
  expect(lines.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(clocks[0]?.arithmetic.spentSeconds);
  expect((await call('GET', 'conversations/018f0000-0000-8000-8000-000000000009/clocks')).statusCode).toBe(404);
});

it('policies that are saved later count from the original start, and a verdict that was reached stays', async () => {
  const long = await writes('12348', '2026-03-20T16:30:00Z');
  const started = new Date().toISOString();
  const short = await writes('12349', started);
  for (const id of [long, short]) await clocksOf(id, (view) => view.clocks.length > 0);
  const policies = [{ ...policy('gold', 7_200), calendarId: 'always' }];
  expect((await call('PUT', 'service-policies', { policies })).json()).toMatchObject({ version: '3' });

  const restated = (view: ConversationClocksView) => view.clocks[0]?.policyVersion === 3;
  const dueAt = new Date(Date.parse(started) + 7_200_000).toISOString();
  expect((await clocksOf(short, restated)).clocks).toMatchObject([
    { verdict: null, restatedVerdict: null, calendarId: 'always', arithmetic: { startedAt: started, dueAt } },
  ]);
  expect((await clocksOf(long, restated)).clocks).toMatchObject([
    { verdict: 'breached', restatedVerdict: 'breached', arithmetic: { dueAt: '2026-03-20T18:30:00.000Z' } },
  ]);
  const { events } = await gateway.installation.store.readStream(`service_clock-${long}-first_response-1`, 0, 10);
  expect(events.map(({ type, occurredAt }) => [type, new Date(occurredAt).toISOString()]).slice(0, 2)).toEqual([
    ['service_clock.activated', '2026-03-20T16:30:00.000Z'],
    ['service_clock.breached', '2026-03-23T09:30:00.000Z'],
  ]);
});
