import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as soon } from 'node:timers/promises';
import fc from 'fast-check';
import { openRealGateway, type RealGateway } from './support/real-gateway.js';
import { operationAt, undocumented } from './support/documented.js';
import { type FuzzAnswer, mayBeBusy } from './support/may-be-busy.js';
import { type FuzzRequest, requests } from './fuzz/requests.js';

/** More: `npm run fuzz -- --requests 250000 --seed 1`. */
const REQUESTS = Number(process.env['SAFAR_TEST_FUZZ_REQUESTS'] ?? 20_000);
const SEED = Number(process.env['SAFAR_TEST_FUZZ_SEED'] ?? 1);
const BATCH = 500;
const AT_ONCE = 32;
const SHOWN = 10;

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway({ readWaitMs: 20 });
});
afterAll(() => gateway.close());

async function send({ method, url, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
  const answer = await gateway.app.inject({
    ...{ method: method as 'GET', url, headers, payloadAsStream: true as const },
    ...(body !== undefined && { payload: body }),
  });
  const type = answer.headers['content-type'];
  const stream = answer.stream();
  let text = '';
  // The response, not only what is read of it: else the gateway takes the reader for one who is still there.
  if (String(type).startsWith('text/event-stream')) answer.raw.res.destroy();
  else for await (const piece of stream) text += String(piece);
  const retryAfter = answer.headers['retry-after'];
  return {
    status: answer.statusCode,
    retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
    type: type === undefined ? undefined : String(type),
    body: text,
  };
}

/** Touchpoints that the answer says were stored now. */
function acknowledged({ status, type = '', body }: FuzzAnswer): number {
  if (status >= 300 || !/json/.test(type)) return 0;
  const lines = type.includes('ndjson') ? body.split('\n').filter((line) => line !== '') : [body];
  const values = lines.map((line) => JSON.parse(line || 'null') as { status?: unknown; accepted?: unknown } | null);
  const total = values.find((value) => typeof value?.accepted === 'number')?.accepted;
  return typeof total === 'number' ? total : values.filter((value) => value?.status === 'accepted').length;
}

function wrongWith(request: FuzzRequest, answer: FuzzAnswer): string | undefined {
  const { status, type, body } = answer;
  if (status >= 500 && !mayBeBusy({ ...request, operationId: request.operation.operationId }, answer))
    return `answered ${String(status)}`;
  // Of HEAD there are only headers.
  if (request.method === 'HEAD') return undefined;
  if (status >= 400 && !type?.startsWith('application/problem+json')) return `a problem as ${String(type)}`;
  const isDocumented =
    operationAt(request.method, request.url) !== undefined &&
    !/[;%]|\/\/|\/\.\.?(\/|$)/.test(request.url.split('?')[0] ?? '');
  if (isDocumented) return undocumented({ method: request.method, url: request.url, ...answer });
  if (status < 400) return undefined;
  const problem = JSON.parse(body) as { status?: unknown; code?: unknown; title?: unknown; traceId?: unknown };
  const isWellFormed =
    problem.status === status &&
    [problem.code, problem.title, problem.traceId].every((each) => typeof each === 'string');
  return isWellFormed ? undefined : 'a malformed problem';
}

const touchpointsStored = async (): Promise<number> => {
  let stored = 0;
  for await (const page of gateway.installation.store.replay(0n))
    for (const { type } of page) if (type.startsWith('touchpoint.')) stored += 1;
  return stored;
};

it(
  `answers ${String(REQUESTS)} generated requests as documented, and stores what it acknowledged`,
  async () => {
    const arbitrary = requests(gateway.key);
    const wrong: unknown[] = [];
    const statuses = new Map<number, number>();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    let stored = 0;
    for (let done = 0; done < REQUESTS && wrong.length < SHOWN; done += BATCH) {
      // Made before the clock runs: what is measured is the gateway's, beside the test's reading of answers.
      const batch = fc.sample(arbitrary, { numRuns: Math.min(BATCH, REQUESTS - done), seed: SEED + done });
      delay.enable();
      const queue = batch.values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const request of queue) {
            // As over a connection: otherwise whatever is answered without a wait is followed by the next in the same turn.
            await soon();
            const answer = await send(request);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            stored += acknowledged(answer);
            const problem = wrongWith(request, answer);
            if (problem === undefined) continue;
            const { operation, body = '', ...sent } = request;
            wrong.push({
              problem,
              operation: operation.operationId,
              ...sent,
              body: String(body).slice(0, 400),
              answer,
            });
          }
        }),
      );
      delay.disable();
    }
    const counts = [...statuses]
      .sort(([one], [other]) => one - other)
      .map(([status, count]) => `${String(status)}: ${String(count)}`);
    process.stderr.write(
      `fuzz: seed ${String(SEED)}, ${counts.join(', ')}; ${String(stored)} touchpoints stored; event loop late by at most ` +
        `${String(Math.round(delay.max / 1e6))} ms, ${String(Math.round(delay.percentile(99.9) / 1e6))} ms in 99.9 % (the test's own work included)\n`,
    );
    const internal = gateway.errors().filter((line) => line.includes('"code":"internal"'));
    expect({ seed: SEED, wrong: wrong.slice(0, SHOWN), errors: internal.slice(0, SHOWN) }).toEqual({
      seed: SEED,
      wrong: [],
      errors: [],
    });
    expect(await touchpointsStored()).toBe(stored);
    // Refusals alone would prove little.
    expect(stored).toBeGreaterThan(REQUESTS / 100);
  },
  60_000 + REQUESTS * 20,
);
