import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, testDatabase, type TestDatabase } from '#testing';
import { dataFolder, finished, startApp, startCli, sharedSettings } from './support/safar-process.js';

/** Several gateways and projectors on one PostgreSQL server, started as the README says. */
describe('processes that share a store', () => {
  let database: TestDatabase;
  let folder: ReturnType<typeof dataFolder>;
  let settings: Record<string, string>;
  let key: string;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    database = await testDatabase([]);
    folder = dataFolder();
    settings = sharedSettings(database.url, folder.path);
    const made = await finished(startCli(folder.path, ['keys', 'create', '--name', 'flow', '--json'], settings));
    expect(made).toMatchObject({ code: 0 });
    ({ key } = JSON.parse(made.stdout) as { key: string });
  });
  afterAll(async () => {
    await database.drop();
    folder.remove();
  });

  async function gateway(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
    const port = await freePort();
    const child = startApp('gateway', { ...settings, SAFAR_HTTP_PORT: String(port) });
    started.push(child);
    const url = `http://127.0.0.1:${String(port)}`;
    for (let tries = 0; tries < 1_200 && child.exitCode === null; tries++) {
      const answer = await fetch(`${url}/livez`).catch(() => undefined);
      if (answer?.ok) return { url, child };
      await sleep(100);
    }
    throw new Error('the gateway does not answer');
  }

  const request = async (url: string, route: string, body?: unknown): Promise<Response> =>
    fetch(`${url}${route}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('store through any gateway and read through any other, also after a projector was killed', async () => {
    const [first, second] = await Promise.all([gateway(), gateway()]);
    const projectors = [startApp('projector', settings), startApp('projector', settings)];
    started.push(...projectors);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        request(n % 2 === 0 ? first.url : second.url, '/v1/touchpoints', {
          id: String(n),
          source: 'flow',
          kind: 'message',
          channel: 'chat',
          occurredAt: '2026-03-21T10:15:00+03:30',
          identifiers: [{ kind: 'customer_number', value: '12347' }],
          data: { author: 'customer', text: String(n) },
        }).then((answer) => answer.json() as Promise<{ position: string }>),
      ),
    );
    const positions = answers.map(({ position }) => BigInt(position)).sort((a, b) => Number(a - b));
    // Two processes appended at once: no position is there twice, and none is missing.
    expect(positions.map((position) => position - positions[0]!)).toEqual(positions.map((_, index) => BigInt(index)));

    projectors[0]!.kill('SIGKILL');
    await once(projectors[0]!, 'exit');
    const last = positions.at(-1)!.toString();
    const route = `/v1/customers/customer_number:12347/timeline?category=touchpoint&limit=200&minPosition=${last}`;
    let answer = await request(second.url, route);
    // The leases of the killed one run out first.
    for (let tries = 0; answer.status === 503 && tries < 30; tries++) answer = await request(second.url, route);
    if (!answer.ok) throw new Error(await answer.text());
    const { data } = (await answer.json()) as { data: { details: { text: string } }[] };
    expect(new Set(data.map(({ details }) => details.text))).toEqual(new Set(answers.map((_, n) => String(n))));

    for (const child of started.filter((one) => one !== projectors[0])) {
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
  });
});
