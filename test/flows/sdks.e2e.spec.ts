import { setTimeout as pause } from 'node:timers/promises';
import { Analytics } from '@segment/analytics-node';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents';
import { LossyProxy } from './support/lossy-proxy.js';
import { dataFolder, safar, Standalone } from './support/safar-process.js';

/** Enough for a dozen requests; killing in the middle needs a middle. */
const EVENTS = 300;
const BATCH = 20;

/** Not for ever: the SDKs wait twice as long with each try. */
const losesSome = (index: number): boolean => index % 3 === 1 && index < 12;

interface Exported {
  readonly type: string;
  readonly source: string;
  readonly data: {
    readonly touchpointId?: string;
    readonly details: { readonly properties?: { readonly n?: number } };
  };
}

describe('the SDKs of other companies, as they are', () => {
  let folder: ReturnType<typeof dataFolder>;
  let server: Standalone;
  let proxy: LossyProxy;
  let key: string;
  beforeEach(async () => {
    folder = dataFolder();
    server = await Standalone.start(folder.path);
    const created = await safar(
      folder.path,
      'keys',
      'create',
      '--name',
      'shop',
      '--scope',
      'touchpoints:write',
      '--json',
    );
    key = (JSON.parse(created.stdout) as { key: string }).key;
    proxy = await LossyProxy.open(server.url);
  });
  afterEach(async () => {
    proxy.close();
    await server.stop();
    folder.remove();
  });

  /** Every event of the log that came from the SDK. */
  async function logged(): Promise<readonly Exported[]> {
    const { stdout } = await safar(folder.path, 'export', '--personal', '--yes', '--json');
    const events = stdout.split('\n').filter((line) => line !== '');
    return events.map((line) => JSON.parse(line) as Exported).filter(({ type }) => type.startsWith('touchpoint.'));
  }
  const quarantined = async (): Promise<readonly { readonly reasons: unknown }[]> =>
    JSON.parse((await safar(folder.path, 'quarantine', 'list', '--json')).stdout) as { reasons: unknown }[];
  const numbers = (events: readonly Exported[]) =>
    events.map(({ data }) => data.details.properties?.n ?? -1).sort((a, b) => a - b);
  const all = Array.from({ length: EVENTS }, (_, n) => n);
  const lostAnswers = () => proxy.passed.filter(({ lost, status }) => lost && status === 200).length;

  async function killInTheMiddle(): Promise<void> {
    while (proxy.passed.length < 4) await pause(10);
    await server.kill();
    server = await Standalone.start(folder.path);
    proxy.target = server.url;
  }

  // Node warns of more than ten listeners to one signal: the SDK lets each batch that waits to be sent again listen to its own end.
  const segment = () =>
    new Analytics({ writeKey: key, host: proxy.url, flushAt: BATCH, flushInterval: 50, httpRequestTimeout: 60_000 });

  it('of Segment deliver every event once, though answers are lost and the server is killed', async () => {
    proxy.loses = losesSome;
    const analytics = segment();
    const errors: unknown[] = [];
    analytics.on('error', (error) => errors.push(error));
    const killed = killInTheMiddle();
    for (const n of all) {
      analytics.track({ userId: `u-${String(n % 7)}`, event: 'Counted', properties: { n } });
      if (n % BATCH === 0) await pause(20);
    }
    await killed;
    await analytics.closeAndFlush({ timeout: 120_000 });
    expect(errors).toEqual([]);
    expect(lostAnswers()).toBeGreaterThan(0);
    expect(numbers(await logged())).toEqual(all);
    expect(await quarantined()).toEqual([]);
  }, 240_000);

  it('of RudderStack deliver every event once, packed, though answers are lost and the server is killed', async () => {
    proxy.loses = losesSome;
    const analytics = new RudderAnalytics(key, {
      dataPlaneUrl: proxy.url,
      flushAt: BATCH,
      flushInterval: 50,
      // It tells of every try that failed, and here many must.
      logLevel: 'none',
      axiosRetryConfig: { retries: 100, retryDelay: () => 200 },
    });
    const killed = killInTheMiddle();
    const delivered = all.map(async (n) => {
      await pause(n);
      await new Promise<void>((resolve, reject) => {
        analytics.track({ userId: `u-${String(n % 7)}`, event: 'Counted', properties: { n } }, (error?: Error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    });
    await killed;
    await Promise.all(delivered);
    expect(proxy.passed[0]?.requestHeaders['content-encoding']).toBe('gzip');
    expect(lostAnswers()).toBeGreaterThan(0);
    expect(numbers(await logged())).toEqual(all);
    expect(await quarantined()).toEqual([]);
  }, 240_000);

  it('of Segment wait as long as Retry-After says when they send more than they may', async () => {
    await server.stop();
    server = await Standalone.start(folder.path, {
      SAFAR_RATE_ITEMS_PER_SECOND: String(3 * BATCH),
      SAFAR_RATE_BURST_ITEMS: String(BATCH),
    });
    proxy.target = server.url;
    const analytics = segment();
    for (const n of all) analytics.track({ userId: 'u', event: 'Counted', properties: { n } });
    await analytics.closeAndFlush({ timeout: 120_000 });
    const refused = proxy.passed.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, headers } of refused)
      expect([status, /^[1-9]\d*$/.test(headers['retry-after'] ?? '')]).toEqual([429, true]);
    expect(numbers(await logged())).toEqual(all);
  }, 240_000);

  it('send everything that they can say, and orders become purchases', async () => {
    const analytics = segment();
    analytics.identify({ userId: 'u-1', traits: { name: 'Ada Larsen', email: 'ada@example.com' } });
    analytics.page({ userId: 'u-1', name: 'Pricing', properties: { url: 'https://shop.example/pricing' } });
    analytics.screen({ userId: 'u-1', name: 'Orders' });
    analytics.group({ userId: 'u-1', groupId: 'g-1', traits: { name: 'Lamps Ltd' } });
    analytics.alias({ userId: 'u-1', previousId: 'a-1' });
    const order = {
      order_id: '536365',
      total: 35.64,
      currency: 'GBP',
      products: [{ sku: '85123A', quantity: 6, price: 2.55 }],
    };
    analytics.track({ userId: 'u-1', event: 'Order Completed', properties: order });
    analytics.track({ userId: 'u-1', event: 'Order Refunded', properties: order });
    await analytics.closeAndFlush({ timeout: 60_000 });
    const types = (await logged()).map(({ type }) => type.replace('touchpoint.', '')).sort();
    expect(types).toEqual(['custom', 'custom', 'custom', 'purchase', 'return', 'visit', 'visit']);
  }, 120_000);

  it('of CloudEvents send in both modes, and a second time changes nothing', async () => {
    const events = all.slice(0, 20).map(
      (n) =>
        new CloudEvent({
          type: 'com.example.counted',
          source: 'https://crm.example',
          subject: 'u-1',
          id: `e-${String(n)}`,
          data: { n },
        }),
    );
    const headers = { authorization: `Bearer ${key}` };
    for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
      const emit = emitterFor(httpTransport(`${proxy.url}/v1/events`), { mode });
      for (const event of events) await emit(event, { headers });
    }
    expect(proxy.passed.map(({ status }) => status)).toEqual([...events.map(() => 201), ...events.map(() => 200)]);
    expect(await logged()).toHaveLength(events.length);
  }, 120_000);

  it('have what cannot be used kept, and tried again', async () => {
    const analytics = segment();
    analytics.track({ userId: 'u-1', event: 'Counted', properties: { n: 1 } });
    analytics.track({
      userId: 'u-1',
      event: 'Order Completed',
      properties: { order_id: '1', total: -5, currency: 'GBP' },
    });
    analytics.track({ userId: 'null', event: 'Counted', properties: { n: 2 } });
    await analytics.closeAndFlush({ timeout: 60_000 });
    expect(numbers(await logged())).toEqual([1]);
    const listed = await quarantined();
    expect(listed.map(({ reasons }) => reasons)).toEqual(
      expect.arrayContaining([
        [{ pointer: '/data/amount', code: 'not_an_amount' }],
        [{ pointer: '/userId', code: 'blocked_value' }],
      ]),
    );
    const redriven = await safar(folder.path, 'quarantine', 'redrive', '--all', '--json');
    expect(JSON.parse(redriven.stdout)).toEqual({ accepted: 0, duplicate: 0, refused: 2, notThere: 0 });
    const feed = await server.request('GET', '/v1/debugger?source=shop');
    expect(feed.body).toMatchObject({
      data: expect.arrayContaining(
        [{ outcome: 'quarantined', code: 'blocked_value' }].map((each) => expect.objectContaining(each)),
      ),
    });
    expect(JSON.stringify(feed.body)).not.toContain('u-1');
    const discarded = await safar(folder.path, 'quarantine', 'discard', '--all', '--yes', '--json');
    expect(JSON.parse(discarded.stdout)).toEqual({ discarded: 2, notThere: 0 });
    const told = (await safar(folder.path, 'audit', 'list', '--json')).stdout.split('\n').filter(Boolean);
    const acts = told.map((line) => JSON.parse(line) as { readonly action: string });
    expect(acts.filter(({ action }) => action.startsWith('quarantine.'))).toMatchObject([
      {
        action: 'quarantine.redriven',
        actor: { kind: 'operator' },
        outcome: 'refused',
        details: { count: 2, changed: 0 },
      },
      { action: 'quarantine.discarded', outcome: 'succeeded', details: { count: 2, changed: 2 } },
    ]);
  }, 120_000);
});
