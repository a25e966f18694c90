import fc from 'fast-check';
import { operationAt, undocumented } from './support/documented.js';
import { type FuzzAnswer, mayBeBusy } from './support/may-be-busy.js';
import { type GatewayProcess, type LoopDelay, startGatewayProcess } from './fuzz/gateway-process.js';
import { type FuzzRequest, requests } from './fuzz/requests.js';
import { Sender } from './fuzz/send.js';

/** More: `npm run fuzz -- --requests 250000 --seed 1`. */
const REQUESTS = Number(process.env['SAFAR_TEST_FUZZ_REQUESTS'] ?? 20_000);
const SEED = Number(process.env['SAFAR_TEST_FUZZ_SEED'] ?? 1);
const BATCH = 500;
const AT_ONCE = 32;
const SHOWN = 10;

let gateway: GatewayProcess;
let sender: Sender;
beforeAll(async () => {
  gateway = await startGatewayProcess();
  sender = new Sender(gateway.port, AT_ONCE);
});
afterAll(async () => {
  sender.close();
  await gateway.close();
});

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

const largest = (figures: readonly number[]): number => Math.ceil(Math.max(...figures));

const touchpointsStored = async (): Promise<number> => {
  let stored = 0;
  for await (const page of gateway.installation.store.replay(0n))
    for (const { type } of page) if (type.startsWith('touchpoint.')) stored += 1;
  return stored;
};

it(
  `answers ${String(REQUESTS)} generated requests as documented, and stores what it acknowledged`,
  async () => {
    const arbitrary = requests(gateway);
    const wrong: unknown[] = [];
    const statuses = new Map<number, number>();
    const delays: LoopDelay[] = [];
    await gateway.loopDelay();
    let stored = 0;
    for (let done = 0; done < REQUESTS && wrong.length < SHOWN; done += BATCH) {
      const batch = fc.sample(arbitrary, { numRuns: Math.min(BATCH, REQUESTS - done), seed: SEED + done });
      const queue = batch.values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const request of queue) {
            const answer = await sender.send(request);
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
      delays.push(await gateway.loopDelay());
    }
    const counts = [...statuses]
      .sort(([one], [other]) => one - other)
      .map(([status, count]) => `${String(status)}: ${String(count)}`);
    process.stderr.write(
      `fuzz: seed ${String(SEED)}, ${counts.join(', ')}; ${String(stored)} touchpoints stored; event loop of the gateway late by at ` +
        `most ${String(largest(delays.map(({ maxMs }) => maxMs)))} ms, ${String(largest(delays.map(({ p999Ms }) => p999Ms)))} ms in 99.9 % of any ${String(BATCH)}\n`,
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
