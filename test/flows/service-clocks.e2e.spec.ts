import {
  type BusinessCalendarPage,
  type BusinessCalendarView,
  type ConversationClocksView,
  type ServicePoliciesView,
  type TimelinePage,
} from '#contracts';
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

it('a calendar takes its holidays from a file, whole or not at all, and is otherwise as it was', async () => {
  const tehran = { ...office, timeZone: 'Asia/Tehran', holidays: ['2027-02-11'] };
  await call('PUT', 'calendars/tehran', tehran);
  const ics = (date: string): string =>
    [
      ...[
        'BEGIN:VCALENDAR',
        'BEGIN:VEVENT',
        `DTSTART;VALUE=DATE:${date}`,
        'DURATION:P2D',
        'SUMMARY:نوروز',
        'END:VEVENT',
      ],
      ...['END:VCALENDAR', ''],
    ].join('\r\n');
  const take = (query: string, payload: string, headers: Headers = {}) =>
    gateway.app.inject({
      ...{ method: 'PUT', url: `/v1/calendars/tehran/holidays${query}`, payload },
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'text/calendar', ...headers },
    });
  const shown = async () => (await call('GET', 'calendars/tehran')).json<BusinessCalendarView>();
  const bad = await take('', ics('20270230'));
  expect([bad.statusCode, bad.json()]).toMatchObject([
    400,
    { code: 'invalid_calendar_file', reason: 'not-a-time', line: 3 },
  ]);
  expect(await shown()).toMatchObject({ version: '1', calendar: tehran });

  const key = { 'idempotency-key': 'nowruz-1406', 'if-match': '"1"' };
  const added = await take('?add=true', ics('20270321'), key);
  expect([added.statusCode, added.headers['etag'], added.json()]).toMatchObject([
    ...[200, '"2"'],
    { version: '2', holidays: [{ date: '2027-03-21', name: 'نوروز' }, { date: '2027-03-22' }] },
  ]);
  expect((await take('?add=true', ics('20270321'), key)).json()).toEqual(added.json());
  const holidays = ['2027-02-11', '2027-03-21', '2027-03-22'];
  expect(await shown()).toMatchObject({ version: '2', calendar: { ...tehran, holidays } });
  expect((await take('', ics('20280320'), { 'if-match': '"1"' })).statusCode).toBe(412);
  expect((await take('', 'x'.repeat(262_145))).statusCode).toBe(413);

  // From the command line: what is only read changes nothing.
  const file = { calendarId: 'tehran', file: Buffer.from(ics('20280320')), add: false, years: 5 };
  const by = { actor: { kind: 'operator', id: 'cli:test' } } as const;
  const dry = await gateway.installation.takeHolidays(file, { ...by, dryRun: true });
  expect(dry).toMatchObject({ ok: true, value: { version: null, holidays: [{ date: '2028-03-20' }, {}] } });
  expect(await gateway.installation.takeHolidays(file, { ...by, dryRun: false })).toMatchObject({
    ...{ ok: true, value: { version: '3' } },
  });
  const last = await shown();
  expect(last).toMatchObject({ by: 'operator:cli-test', calendar: { holidays: ['2028-03-20', '2028-03-21'] } });
  expect(await gateway.installation.audit.list({ action: 'business_calendar.saved' })).toContainEqual(
    expect.objectContaining({ subject: 'business_calendar:tehran', actor: by.actor, details: '{"version":3}' }),
  );
});

it('calendars are listed by their word, in pages, with the one that is always there', async () => {
  const { position } = (await call('PUT', 'calendars/zurich', office)).json<{ position: string }>();
  const seen: BusinessCalendarPage['data'][number][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: BusinessCalendarPage = (
      await call('GET', `calendars?limit=1&minPosition=${position}&cursor=${cursor}`)
    ).json();
    seen.push(...page.data);
    cursor = page.page.next;
  }
  const ids = seen.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(ids).toEqual(expect.arrayContaining(['always', 'office', 'tehran', 'zurich']));
  expect(seen).toContainEqual({
    ...{ id: 'always', timeZone: 'UTC', holidays: 0, version: '1', savedAt: null, by: null },
  });
  expect(seen).toContainEqual(
    expect.objectContaining({ id: 'tehran', timeZone: 'Asia/Tehran', holidays: 2, version: '3' }),
  );
  expect((await call('GET', 'calendars?cursor=nothing')).json()).toMatchObject({
    errors: [{ code: 'invalid_cursor' }],
  });
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
  const breaches = `kind=service_clock.breached&minPosition=${String(events[1]?.position)}`;
  const timeline = await call('GET', `customers/customer_number:12348/timeline?${breaches}`);
  expect(timeline.json<TimelinePage>().data).toMatchObject([
    { occurredAt: '2026-03-23T09:30:00.000Z', conversationId: long, details: { clock: 'first_response' } },
  ]);
});
