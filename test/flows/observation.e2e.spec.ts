import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openCollector, type Collector } from '#testing';
import { dataFolder, Standalone } from './support/safar-process.js';

describe('watching an installation', () => {
  const folder = dataFolder();
  let collector: Collector;
  let standalone: Standalone;

  beforeAll(async () => {
    collector = await openCollector();
    standalone = await Standalone.start(folder.path, {
      SAFAR_OTEL_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
  });
  afterAll(async () => {
    await standalone.stop();
    await collector.close();
    folder.remove();
  });

  const touchpoint = {
    ...{ id: 't-1', source: 'shop', kind: 'visit', occurredAt: '2026-03-22T10:15:00Z', data: {} },
    identifiers: [{ kind: 'email', value: 'canary@example.com' }],
  };

  it('follows a touchpoint from its sender through request, command and group commit to the read models', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const response = await fetch(`${standalone.url}/v1/touchpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${standalone.key!}`, traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      body: JSON.stringify(touchpoint),
    });
    expect(response.status).toBe(201);
    const request = await collector.find(({ name }) => name === 'POST /v1/touchpoints');
    expect(request).toMatchObject({
      ...{ traceId, parentSpanId: '00f067aa0ba902b7', kind: 2 },
      attributes: { 'http.request.method': 'POST', 'http.route': '/v1/touchpoints', 'http.response.status_code': 201 },
    });
    const command = await collector.find(({ name }) => name === 'RecordTouchpoints');
    expect(command).toMatchObject({ traceId, parentSpanId: request.spanId });
    const cause = { traceId, spanId: request.spanId };
    for (const name of ['append flush', 'apply timeline', 'apply customers']) {
      const span = await collector.find((one) => one.name === name && one.links.length > 0);
      expect(span.links).toMatchObject([cause]);
    }
    expect(collector.text()).not.toContain('canary');
  }, 120_000);

  it('shows every metric that the page about metrics lists, and no other of ours', async () => {
    const response = await fetch(`${standalone.url}/metrics`, {
      headers: { authorization: `Bearer ${standalone.key!}` },
    });
    const text = await response.text();
    const exposed = [...text.matchAll(/^# TYPE (safar_\w+) (\w+)$/gm)].map(([, name, kind]) => `${name!} ${kind!}`);
    const page = readFileSync(path.resolve(__dirname, '../../docs/how-to/metrics.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `(safar_\w+)` +\| (\w+) +\|/gm)].map(([, name, kind]) => `${name!} ${kind!}`);
    expect(exposed.sort()).toEqual(listed.sort());
    for (const projection of ['timeline', 'customers'])
      expect(text).toMatch(new RegExp(`^safar_projection_lag_events\\{projection="${projection}"\\} \\d+$`, 'm'));
    expect(text).toMatch(/^safar_store_flush_events_count [1-9]/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).not.toContain('canary');
  });
});
