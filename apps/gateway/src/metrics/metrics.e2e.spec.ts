import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createMetrics, type MetricRow, type Metrics, openTracing, type Tracing } from '#platform/telemetry';
import { openCollector, type Collector } from '#testing';
import { requestText, sendRaw } from '../fixtures/raw-request.js';
import { routesOf } from '../fixtures/routes.js';
import { as, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';

describe('metrics', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openGateway();
  });
  afterEach(() => gateway.app.close());

  const scrape = async () => (await gateway.app.inject({ url: '/metrics', headers: as(keys.all) })).body;
  const post = (payload: string, headers = as(keys.writer)) =>
    gateway.app.inject({ method: 'POST', url: '/v1/touchpoints', headers, payload });

  it('are read with a key that has the scope, and by nobody else', async () => {
    const read = async (headers: Record<string, string>) => gateway.app.inject({ url: '/metrics', headers });
    expect((await read({})).statusCode).toBe(401);
    expect((await read(as(keys.reader))).statusCode).toBe(403);
    const answer = await read(as(keys.all));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^text\/plain; version=0\.0\.4/),
    ]);
  });

  it('count requests by the pattern of their route, and touchpoints by what became of them', async () => {
    const other = JSON.stringify(touchpoint('t-2', { kind: 'nonsense' }));
    await post(`[${JSON.stringify(touchpoint('t-1'))},${other},17]`);
    await post('{');
    const text = await scrape();
    expect(text).toContain(
      'safar_http_request_duration_seconds_count{method="POST",route="/v1/touchpoints",status="200"} 1',
    );
    expect(text).toContain(
      'safar_http_request_duration_seconds_count{method="POST",route="/v1/touchpoints",status="400"} 1',
    );
    expect(text).toContain('safar_touchpoints_total{result="accepted"} 1');
    expect(text).toContain('safar_touchpoints_total{result="refused"} 3');
    expect(text).toContain('safar_touchpoint_refusals_total{reason="invalid"} 3');
    expect(text).toContain('safar_http_problems_total{code="malformed_json"} 1');
  });

  it('have no more series for somebody who makes up addresses, methods and ids', async () => {
    const seriesOf = async () => (await scrape()).split('\n').filter((line) => line.startsWith('safar_')).length;
    const guess = async (n: number) => {
      await gateway.app.inject({ url: `/v1/guess-${String(n)}`, headers: as(keys.reader) });
      await gateway.app.inject({
        url: `/v1/customers/email:${String(n)}@example.com?x=${String(n)}`,
        headers: as(keys.reader),
      });
      await post(JSON.stringify(touchpoint(`t-${String(n)}`, { kind: `kind-${String(n)}` })));
    };
    await guess(0);
    await scrape();
    const before = await seriesOf();
    for (let n = 1; n <= 30; n += 1) await guess(n);
    expect(await seriesOf()).toBe(before);
  });
});

describe('personal data', () => {
  const canary = 'Canary7f3a';
  const places = {
    mail: `${canary}@example.com`,
    phone: '+989121234567',
    persian: 'سارا-کاناری',
  };
  let gateway: TestGateway;
  let collector: Collector;
  let tracing: Tracing | undefined;
  let metrics: Metrics;

  beforeAll(async () => {
    collector = await openCollector();
    tracing = await openTracing({ endpoint: collector.endpoint, program: 'gateway' });
    metrics = createMetrics({ ofProcess: true });
    gateway = await openGateway({}, [], { metrics, tracing });
  });
  afterAll(async () => {
    await gateway.app.close();
    await collector.close();
  });

  it('in the path, query, headers and body of any route is in no log, no metric and no trace', async () => {
    const port = Number(new URL(await gateway.listen()).port);
    const routes = routesOf(gateway.app);
    expect(routes.length).toBeGreaterThan(8);
    const body = JSON.stringify(
      touchpoint(canary, { data: { [canary]: places.persian, text: places.mail }, profile: { name: canary } }),
    );
    for (const { method, path: pattern } of routes)
      for (const value of Object.values(places))
        for (const authorization of [`Bearer ${keys.all}`, `Bearer safar_${canary}`, `Basic ${canary}`]) {
          const filled = pattern.replace(
            /:\w+|\*/g,
            encodeURIComponent(value.includes('@') ? `email:${value}` : value),
          );
          const target = `${filled}?search=${encodeURIComponent(value)}&${canary}=${encodeURIComponent(value)}`;
          const headers = {
            ...{
              authorization,
              'content-type': `application/json; x=${canary}`,
              'user-agent': canary,
              cookie: `c=${canary}`,
            },
            ...{
              'x-request-id': canary,
              'idempotency-key': `"${canary}"`,
              'if-match': `"${canary}"`,
              'last-event-id': canary,
            },
            ...{
              traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
              tracestate: `x=${canary}`,
              'accept-language': canary,
            },
          };
          // A live timeline does not end by itself: its head has to do.
          const sent = pattern.endsWith('stream') ? 'HEAD' : method;
          const withBody = sent === 'POST' ? { body } : {};
          await sendRaw(port, requestText({ method: sent, path: target, headers, ...withBody }));
        }
    gateway.behind.record = () => Promise.reject(new Error(`duplicate key "${canary}" of ${places.mail}`));
    await sendRaw(port, requestText({ method: 'POST', path: '/v1/touchpoints', headers: as(keys.writer), body }));
    await sendRaw(port, `GET /${canary} HTTP/9.${canary}\r\n\r\n`);
    await tracing?.stop();
    const told = { log: gateway.log(), metrics: await metrics.exposition(), traces: collector.text() };
    expect(collector.spans.length).toBeGreaterThan(routes.length);
    for (const text of Object.values(told)) {
      expect(text.length).toBeGreaterThan(1_000);
      expect(text).not.toMatch(/Canary7f3a|canary7f3a|9121234567|کاناری|%DA%A9%D8%A7/);
    }
  });

  it('is not in a span of a command that failed: the kind of its error is', () => {
    expect(
      collector.spans.find(({ name, attributes }) => name === 'RecordTouchpoints' && 'error.type' in attributes)
        ?.attributes,
    ).toEqual({ 'error.type': 'Error' });
  });
});

describe('the page about metrics', () => {
  it('describes those of the gateway as they are', async () => {
    const metrics = createMetrics({ ofProcess: false });
    const { app } = await openGateway({}, [], { metrics });
    await app.close();
    const page = readFileSync(path.resolve(__dirname, '../../../../docs/how-to/metrics.md'), 'utf8').replace(
      / +/g,
      ' ',
    );
    const lineOf = ({ name, kind, labels, help }: MetricRow) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`.replace(/ +/g, ' ');
    for (const row of metrics.table()) expect(page).toContain(lineOf(row));
  });
});
