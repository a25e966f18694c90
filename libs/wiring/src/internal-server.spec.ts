import net from 'node:net';
import { createMetrics } from '#platform/telemetry';
import { loadConfig } from './config/config.js';
import { type InternalServer, openInternalServer } from './internal-server.js';
import { type ReadinessCheck } from './messages/readiness-check.port.js';

describe('health and metrics for what runs beside a process', () => {
  const metrics = createMetrics({ ofProcess: false });
  const failures: unknown[] = [];
  let ready: () => Promise<void>;
  const check: ReadinessCheck = { name: 'event-store', check: () => ready() };
  let server: InternalServer | undefined;
  const open = (environment: Record<string, string>) =>
    openInternalServer({ config: loadConfig(environment), metrics }, [check], (...failure) => failures.push(failure));

  beforeEach(async () => {
    ready = () => Promise.resolve();
    failures.length = 0;
    server = await open({ SAFAR_INTERNAL_PORT: '0' });
  });
  afterEach(() => server?.close());
  const ask = async (route: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${String(server?.port)}${route}`, { method });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  it('are nowhere unless they are asked for', async () => {
    expect(await open({})).toBeUndefined();
  });

  it('say that it lives, and whether it can do its work', async () => {
    expect(await ask('/livez')).toMatchObject({ status: 200, text: '{"status":"alive"}' });
    expect(await ask('/readyz')).toMatchObject({
      status: 200,
      text: '{"status":"ready","checks":[{"name":"event-store","ok":true}]}',
    });
  });

  it('name what fails, and tell why to the log only', async () => {
    ready = () => Promise.reject(new Error('password authentication failed for user "safar"'));
    const { status, text } = await ask('/readyz');
    expect([status, text]).toEqual([503, '{"status":"unavailable","checks":[{"name":"event-store","ok":false}]}']);
    expect(failures).toEqual([
      ['event-store', expect.objectContaining({ message: expect.stringContaining('password') })],
    ]);
    expect((await ask('/livez')).status).toBe(200);
  });

  it('are in the text format of Prometheus', async () => {
    expect(await ask('/metrics')).toMatchObject({
      status: 200,
      type: expect.stringMatching(/^text\/plain; version=0\.0\.4/),
      text: expect.stringContaining('# TYPE safar_store_flush_events histogram'),
    });
  });

  it('are all that there is, and only to be read', async () => {
    expect((await ask('/v1/customers')).status).toBe(404);
    expect((await ask('/livez', 'POST')).status).toBe(404);
    expect((await ask('/constructor')).status).toBe(404);
  });

  it('do not wait for readers when they are closed', async () => {
    const reader = net.connect(server?.port ?? 0, '127.0.0.1');
    await new Promise((resolve) => reader.once('connect', resolve));
    reader.on('error', () => undefined);
    await server?.close();
  });
});
