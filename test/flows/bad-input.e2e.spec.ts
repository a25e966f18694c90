import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '#platform/telemetry';
import { type TestDatabase, testDatabase } from '#testing';
import { type Installation, loadConfig, migrations, openInstallation, readinessChecks, SafarModule } from '#wiring';
import { createGateway } from '../../apps/gateway/src/bootstrap.js';
import { dataFolder } from './support/safar-process.js';

const CANARY = 'canary5f1c9e';
const good = JSON.stringify({
  id: `id-${CANARY}`,
  source: 'web-shop',
  kind: 'visit',
  channel: 'web',
  occurredAt: '2026-03-20T10:00:00Z',
  identifiers: [{ kind: 'email', value: `${CANARY}@example.com` }],
  data: { page: '/x' },
});
const withMember = (member: string) => good.replace(/}$/, `,${member}}`);
const withData = (data: string) => good.replace('{"page":"/x"}', data);
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Touchpoints by the families of bad input; each is refused in every form that it can be sent in. */
const families: Readonly<Record<string, readonly (string | Buffer)[]>> = {
  JSON: [
    good.slice(0, -1),
    good.slice(0, 30),
    good.replaceAll('"', "'"),
    withMember('"id":"again"'),
    withMember('"\\u0069d":"again"'),
    withData(nested(40)),
    withData(`{"x":${nested(5_000)}}`),
    '"text"',
    'null',
    '17',
    withData(`{"text":"${'x'.repeat(40_000)}"}`),
  ],
  'prototype keys': [
    withMember('"__proto__":{"admin":true}'),
    withData('{"__proto__":{"admin":true}}'),
    withMember('"constructor":{"prototype":{"admin":true}}'),
    good.replace('"visit"', '"toString"'),
    withData('{"hasOwnProperty":1}'),
  ],
  numbers: [
    withData('{"pagesViewed":2147483648}'),
    withData('{"pagesViewed":9007199254740991}'),
    withData('{"pagesViewed":9007199254740993}'),
    withData('{"pagesViewed":1e400}'),
    withData('{"pagesViewed":-1}'),
    withData('{"pagesViewed":NaN}'),
  ],
  text: [
    Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from([0xc3, 0x28, 0x7d])]),
    good.replace('web-shop', 'web\\u0000shop'),
    good.replace('web-shop', 'web\\ud800'),
    good.replace('web-shop', 'web\\u202eshop'),
    good.replace('web-shop', `w${'\u0301'.repeat(10_000)}`),
    Buffer.from(good.replace('web-shop', 'w\u00c0\u0080'), 'latin1'),
  ],
  time: [
    good.replace('2026', '0000'),
    good.replace('2026', '9999'),
    good.replace('10:00:00Z', '23:59:61Z'),
    good.replace('03-20', '02-30'),
    good.replace('00:00Z', '00:00'),
    good.replace('10:00:00Z', '10:00:00+25:00'),
  ],
  'regular expressions': [
    good.replace(`${CANARY}@example.com`, `${CANARY}${'a'.repeat(20_000)}!`),
    good.replace(`${CANARY}@example.com`, `${CANARY}${'@a.'.repeat(5_000)}`),
    good.replace('10:00:00Z', `10:00:00${'.'.repeat(10_000)}Z`),
    good.replace('web-shop', `${'-'.repeat(20_000)}!`),
  ],
};

type Answer = Awaited<ReturnType<NestFastifyApplication['inject']>>;

describe('bad input against the real store', () => {
  const folder = dataFolder();
  let database: TestDatabase;
  let installation: Installation;
  let gateway: NestFastifyApplication;
  let key: string;
  let logged = '';
  const loop = monitorEventLoopDelay({ resolution: 10 });

  beforeAll(async () => {
    database = await testDatabase(migrations);
    const config = loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: folder.path, SAFAR_DEMO: 'true' });
    installation = await openInstallation(config, { program: 'bad input' });
    const host = installation.startProjections();
    gateway = await createGateway({
      imports: [SafarModule.with(installation, readinessChecks(installation, host))],
      config: config.http,
      logger: createLogger({ level: 'debug', destination: { write: (line: string) => void (logged += line) } }),
    });
    ({ key } = await installation.access.apiKeys.create(
      { name: 'test', scopes: ['admin'] },
      { kind: 'system', id: 'test' },
    ));
    loop.enable();
  });
  afterAll(async () => {
    process.stdout.write(`longest block of the event loop: ${(loop.max / 1e6).toFixed(1)} ms\n`);
    await gateway.close();
    await installation.close();
    await database.drop();
    folder.remove();
  });

  const events = async (): Promise<number> =>
    Number((await database.owner.query<{ count: string }>('SELECT count(*) FROM es.events')).rows[0]?.count);
  const send = (url: string, payload: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
    gateway.inject({ method: 'POST', url, headers: { authorization: `Bearer ${key}`, ...headers }, payload });
  const bytes = (...parts: readonly (string | Buffer)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));

  /** What was answered, without what is different each time. */
  const told = ({ statusCode, body }: Answer): string =>
    `${String(statusCode)} ${body.replace(/"(traceId|position)":"[^"]*"/g, '')}`;

  async function refusedTwice(ask: () => Promise<Answer>, statuses: readonly number[]): Promise<void> {
    const before = await events();
    const [first, second] = [await ask(), await ask()];
    expect(statuses).toContain(first.statusCode);
    expect(told(second)).toBe(told(first));
    expect(first.body).not.toContain(`${CANARY}@`);
    expect(await events()).toBe(before);
  }

  describe.each(Object.entries(families))('of the family %s', (_, values) => {
    const cases = values.map((value, index) => [index, value] as const);

    it.each(cases)('is not stored as one touchpoint: %i', async (_index, value) => {
      await refusedTwice(() => send('/v1/touchpoints', value), [400, 413, 422]);
    });

    it.each(cases)('is not stored from an array: %i', async (_index, value) => {
      await refusedTwice(() => send('/v1/touchpoints', bytes('[', value, ']')), [200, 400, 413]);
    });

    it.each(cases)('is not stored from a line: %i', async (_index, value) => {
      const headers = { 'content-type': 'application/x-ndjson' };
      await refusedTwice(() => send('/v1/touchpoints', bytes(value, '\n'), headers), [200]);
    });

    it.each(cases)('erases nobody: %i', async (_index, value) => {
      await refusedTwice(() => send('/v1/customers/customer_number:1001/erase', value), [400, 413]);
    });
  });

  it.each([
    ['a key that is none', { 'idempotency-key': 'x'.repeat(300) }],
    ['a key with a line break in it', { 'idempotency-key': 'a b' }],
    ['an entity tag that is none', { 'if-match': 'nonsense' }],
    ['a compressed body', { 'content-encoding': 'gzip' }],
    ['a body that says it is larger', { 'content-length': '5000000' }],
  ])('of the headers erases nobody: %s', async (_, headers) => {
    await refusedTwice(
      () => send('/v1/customers/customer_number:1001/erase', '{"reason":"other"}', headers),
      [400, 413, 415],
    );
  });

  it.each([
    '/v1/customers/%00',
    '/v1/customers/email:%ff',
    '/v1/customers/email:%ed%a0%80',
    `/v1/customers/email:x${'%CC%81'.repeat(20)}`,
    '/v1/customers/customer_number:1?minPosition=9223372036854775808',
    '/v1/customers?cursor=WyJjdXN0b21lcnMiXQ',
    `/v1/customers?cursor=${Buffer.from('["customers","next",1e999,"x"]').toString('base64url')}`,
    '/v1/customers?search=%00',
    `/v1/customers?search=${encodeURIComponent('(a+)+$'.repeat(20))}`,
    '/v1/customers/00000000-0000-8000-8000-000000000000',
    '/v1/customers/customer_number:1001/timeline?from=0000-01-01T00:00:00Z',
    '/v1/customers/customer_number:1001/timeline?cursor=e30',
    '/v1/customers/customer_number:1001/timeline?limit=1e2',
    '/v1/customers/customer_number:1001/timeline?knownAt=2026-02-30T00:00:00Z',
  ])('of addresses is answered and never a fault: %s', async (url) => {
    const ask = () => gateway.inject({ url, headers: { authorization: `Bearer ${key}` } });
    const [first, second] = [await ask(), await ask()];
    expect(first.statusCode).toBeLessThan(500);
    expect(told(second)).toBe(told(first));
  });

  it('leaves the good ones beside it alone', async () => {
    const before = await events();
    const answer = await send('/v1/touchpoints', `[${good},${withMember('"x":1')},${good}]`);
    expect(answer.json()).toMatchObject({ refused: 1 });
    expect(await events()).toBe(before + 1);
  });

  it('is never in the log, which tells of no fault', () => {
    expect(logged).not.toContain(CANARY);
    expect(logged).not.toContain('answered a 5xx');
  });

  describe('a command with a key', () => {
    const position = async (id: string) => {
      const touchpoint = good.replace(`id-${CANARY}`, id).replace(`${CANARY}@`, `${id}@`);
      return (await send('/v1/touchpoints', touchpoint)).json<{ position: string }>().position;
    };

    it('is done once and answered the same, refused for something else, and stays so', async () => {
      const at = await position('twice');
      const url = `/v1/customers/email:twice@example.com/erase`;
      const erase = (reason: string, idempotencyKey: string) =>
        send(url, JSON.stringify({ reason }), { 'idempotency-key': idempotencyKey });
      const seen = await gateway.inject({
        url: `/v1/customers/email:twice@example.com?minPosition=${at}`,
        headers: { authorization: `Bearer ${key}` },
      });
      expect(seen.headers.etag).toBe('"1"');
      const answers = await Promise.all(Array.from({ length: 5 }, () => erase('other', 'k-1')));
      expect(new Set(answers.map(told)).size).toBe(1);
      expect(answers[0]?.statusCode).toBe(200);
      const stored = await events();
      expect((await erase('other', 'k-1')).body).toBe(answers[0]?.body);
      expect((await erase('retention', 'k-1')).json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
      expect((await erase('other', 'k-2')).statusCode).toBe(410);
      expect(await events()).toBe(stored);
    });

    it('is refused when the customer is not as expected, with what they are', async () => {
      await position('changed');
      const url = '/v1/customers/email:changed@example.com/erase';
      const before = await events();
      const refused = await send(url, '{"reason":"other"}', { 'if-match': '"7"' });
      expect([refused.statusCode, refused.headers.etag]).toEqual([412, '"1"']);
      expect(refused.json()).toMatchObject({ code: 'version_mismatch', version: '1' });
      expect(await events()).toBe(before);
      expect((await send(url, '{"reason":"other"}', { 'if-match': '"1"' })).statusCode).toBe(200);
    });
  });

  it('keeps the trace of the caller with the event', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await send('/v1/touchpoints', good.replace(`id-${CANARY}`, 'traced'), { traceparent, tracestate: 'a=1' });
    const { rows } = await database.owner.query<{ meta: object }>('SELECT meta FROM es.events ORDER BY position DESC');
    expect(rows[0]?.meta).toMatchObject({
      traceparent,
      tracestate: 'a=1',
      correlationId: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
  });

  it('keeps with a CloudEvent the trace that it began in, and the one of the request beside it', async () => {
    const origin = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01';
    const event = { specversion: '1.0', source: '/crm', type: 'com.example.traced', subject: 'customer_number:7' };
    const events = [
      { ...event, id: 'traced-1', traceparent: origin, tracestate: 'o=1' },
      { ...event, id: 'traced-2' },
    ];
    const hop = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const headers = { traceparent: hop, 'content-type': 'application/cloudevents-batch+json' };
    expect((await send('/v1/events', JSON.stringify(events), headers)).json()).toMatchObject({ accepted: 2 });
    const { rows } = await database.owner.query<{ meta: object }>(
      'SELECT meta FROM es.events ORDER BY position DESC LIMIT 2',
    );
    const metas = rows.map(({ meta }) => meta);
    expect(metas).toContainEqual(
      expect.objectContaining({
        ...{ traceparent: origin, tracestate: 'o=1' },
        correlationId: '4bf92f3577b34da6a3ce929d0e0e4736',
      }),
    );
    expect(metas).toContainEqual(expect.objectContaining({ traceparent: hop }));
  });
});
