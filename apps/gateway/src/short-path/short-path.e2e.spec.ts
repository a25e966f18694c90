import { connect } from 'node:net';
import fc from 'fast-check';
import { createMemoryVault } from '#platform/vault';
import { openMemoryEventStore } from '#platform/event-store';
import { createMetrics } from '#platform/telemetry';
import { createRecorder } from '#wiring';
import { requestText } from '../fixtures/raw-request.js';
import { as, keys, openGateway, type TestGateway, touchpoint } from '../fixtures/test-gateway.js';

const NOW = Date.UTC(2026, 2, 21);
/** The same address to the router, and none to the short path. */
const LONG = '/v1/touchpoints?';
const SHORT = '/v1/touchpoints';

/** A gateway on a store in memory, whose ids are the same each time. */
async function openStored() {
  const store = openMemoryEventStore({ now: () => NOW });
  const clock = { now: () => NOW };
  const nothing = (): Promise<void> => Promise.resolve();
  const record = createRecorder({
    store,
    clock,
    eraseFromReadModels: nothing,
    eraseFromQuarantine: () => Promise.resolve(0),
    eraseFromAttachments: () => Promise.resolve(0),
    bindAttachments: nothing,
    vault: createMemoryVault(),
    defaultRegion: 'IR',
  });
  const metrics = createMetrics({ ofProcess: false });
  const gateway = await openGateway({ bodyLimitBytes: 60_000 }, [], { metrics });
  gateway.behind.record = ({ touchpoints, request: { principal, ...request } }) =>
    record(touchpoints, { ...request, causationId: principal.id });
  const port = Number(new URL(await gateway.listen()).port);
  const taken = async (): Promise<number> =>
    Number(/^safar_short_path_requests_count (\d+)/m.exec(await metrics.exposition())?.[1]);
  const events = async (): Promise<readonly unknown[]> => {
    const { events: stored } = await store.readAll(0n, 5_000);
    // Each box is sealed with a nonce of its own, and a request that is in no trace gets an id of its own.
    return stored.map(({ data, meta, ...event }) => ({
      ...event,
      data: { ...(data as object), sealed: '' },
      meta: { ...meta, correlationId: '' },
    }));
  };
  return { gateway, port, taken, events, metrics };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request, in as many pieces as are given, and reads the answer to its end. */
function ask(port: number, pieces: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setEncoding('utf8').on('error', reject);
    socket.on('data', (piece: string) => (text += piece));
    socket.on('close', () => {
      const headEnd = text.indexOf('\r\n\r\n');
      const [first = '', ...lines] = text.slice(0, headEnd).split('\r\n');
      const headers = lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]);
      resolve({
        status: Number(first.split(' ')[1]),
        headers: Object.fromEntries(headers) as Record<string, string>,
        body: text.slice(headEnd + 4),
      });
    });
    void (async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((sent) => setTimeout(sent, pieces.length > 1 ? 5 : 0));
      }
    })();
  });
}

/** What may differ between two answers to the same request. */
function comparable({ status, headers, body }: Answer): unknown {
  const { date, 'x-request-id': requestId, ratelimit, ...rest } = headers;
  expect([date, requestId].every((value) => value !== undefined)).toBe(true);
  return {
    status,
    headers: { ...rest, limited: ratelimit?.replace(/[rt]=\d+/g, '') },
    body: body.replace(/"traceId":"[0-9a-f]{32}"/, '"traceId":""'),
  };
}

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const values = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((id) => touchpoint(`t-${String(id)}`)) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 0, max: 9 }).map((id) => touchpoint(`t-${String(id)}`, { channel: 'email' })),
  },
  fc.constantFrom(
    touchpoint('x', { kind: 'nonsense' }),
    touchpoint('y', { identifiers: [] }),
    touchpoint('z', { data: { note: 'x'.repeat(40_000) } }),
    touchpoint('سفر', { occurredAt: '۲۰۲۶-03-20T10:00:00+03:30' }),
    17,
  ),
  fc.json().map((text): unknown => JSON.parse(text)),
);
const bodies = fc.oneof(
  { weight: 4, arbitrary: values.map((value) => JSON.stringify(value)) },
  { weight: 3, arbitrary: fc.array(values, { maxLength: 8 }).map((list) => JSON.stringify(list)) },
  fc.constantFrom('', ' ', '{', '[1,]', '[]', '\ufeff{}', '{"a":1,"a":2}', '[{"a":1,"a":2},{}]', '"\u0000"'),
  fc.constantFrom(`[${'1,'.repeat(1_000)}1]`, `${'['.repeat(50)}${']'.repeat(50)}`, 'x'.repeat(61_000)),
);
const usual = {
  'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-8'),
  'accept-language': fc.constantFrom('fa', 'en', 'fa;q=0.5, en;q=0.4', 'nonsense;;'),
  'idempotency-key': fc.constant('k-1'),
  traceparent: fc.constantFrom(traceparent, 'nonsense'),
  tracestate: fc.constant('a=b'),
};
const unusual = {
  ...usual,
  'content-type': fc.constantFrom('application/json', 'text/plain', 'application/x-ndjson'),
  'content-encoding': fc.constantFrom('gzip', 'identity'),
  'x-strict-mode': fc.constantFrom('1', '0'),
};
const requiredKeys: ['content-type'] = ['content-type'];
const headers: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 4, arbitrary: fc.record(usual, { requiredKeys }) },
  fc.record(unusual, { requiredKeys }),
);
const callers = fc.constantFrom(
  ...Array<string>(8).fill(keys.writer),
  keys.all,
  keys.idle,
  keys.reader,
  'safar_unknown',
);
const requests = fc.record({ body: bodies, headers, caller: callers, split: fc.boolean() });

describe('the short path', () => {
  let here: Awaited<ReturnType<typeof openStored>>;
  let there: Awaited<ReturnType<typeof openStored>>;
  beforeAll(async () => {
    [here, there] = [await openStored(), await openStored()];
  });
  afterAll(() => Promise.all([here.gateway.app.close(), there.gateway.app.close()]));

  const send = (port: number, path: string, { body, headers: sent, caller, split }: Sent) => {
    const text = requestText({ method: 'POST', path, headers: { ...as(caller), ...sent }, body });
    const middle = text.length - Math.ceil(body.length / 2);
    return ask(port, split && body.length > 1 ? [text.slice(0, middle), text.slice(middle)] : [text]);
  };

  it('answers and stores as the framework does, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const [short, long] = [await send(here.port, SHORT, request), await send(there.port, LONG, request)];
        expect(comparable(short)).toEqual(comparable(long));
      }),
      { numRuns: Number(process.env['SAFAR_SHORT_PATH_RUNS'] ?? 300) },
    );
    expect(await here.taken()).toBeGreaterThan(50);
    expect(await there.taken()).toBe(0);
    const [short, long] = [await here.events(), await there.events()];
    expect(short.length).toBeGreaterThan(10);
    expect(short).toEqual(long);
    expect(counted(await here.metrics.exposition())).toEqual(counted(await there.metrics.exposition()));
    expect(fieldsOf(here.gateway)).toEqual(fieldsOf(there.gateway));
  });

  it('is closed to a key from the moment at which it is revoked', async () => {
    const request = { body: '[]', headers: { 'content-type': 'application/json' }, caller: keys.all, split: false };
    expect((await send(here.port, SHORT, request)).status).toBe(200);
    here.gateway.behind.revoked.add(keys.all);
    expect((await send(here.port, SHORT, request)).status).toBe(401);
  });
});

interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly caller: string;
  readonly split: boolean;
}

/** Requests by status, problems, touchpoints. */
const counted = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => /^safar_(http_request_duration_seconds_count|http_problems|touchpoint)/.test(line))
    .sort();

/** Which fields the lines of the log have, and those that do not differ. */
const fieldsOf = ({ log }: TestGateway): readonly string[] =>
  log()
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => {
      const { level, method, route, status, msg, ...others } = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify([level, method, route, status, msg, Object.keys(others).sort()]);
    })
    .sort();
