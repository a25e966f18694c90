import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { nextVersion } from './support/next-version.js';
import { dataFolder, safar, Standalone } from './support/safar-process.js';

const canary = (name: string): string => `canary-${name}-5f1c9e`;

/** Personal data in every place that a touchpoint has for it; each place with a canary of its own. */
const erasedCustomers = (n: number) => ({
  id: canary(`id-${String(n)}`),
  source: 'shop',
  kind: 'complaint',
  channel: 'email',
  occurredAt: '2026-03-21T10:15:00+03:30',
  identifiers: [
    { kind: 'customer_number', value: canary('number') },
    { kind: 'email', value: `${canary('email')}@example.com` },
  ],
  profile: { name: canary('name'), city: canary('city'), customerKind: 'individual' },
  data: { text: `${canary('text')} ${String(n)}` },
});

/** What no touchpoint can be made of: no purchase has an amount below nothing. */
const unusable = (userId: string, messageId: string) => ({
  ...{ userId, messageId, event: 'Order Completed', timestamp: '2026-03-21T10:15:00Z' },
  properties: { order_id: '1', currency: 'GBP', total: -1, note: canary('order') },
  traits: { email: `${userId}@example.com` },
});

const other = (n: number) => ({
  id: `other-${String(n)}`,
  source: 'shop',
  kind: 'visit',
  occurredAt: '2026-03-22T10:15:00Z',
  identifiers: [{ kind: 'customer_number', value: `other-${String(n % 20)}` }],
  data: {},
});

/** Every row of every table, as text: what a plain dump holds. */
async function dump(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  let text = '';
  for (const { name } of rows) {
    const table = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
    text += table.rows.map(({ row }) => row).join('\n');
  }
  return text;
}

/** Files that Safar itself writes: logs, ledgers, keys; not PostgreSQL's own, of which a dump tells. */
function filesOf(folder: string): string {
  return readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

const databaseUrl = (folder: string): string => {
  const port = readFileSync(path.join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  return `postgres://safar:${readFileSync(path.join(folder, 'postgres.password'), 'utf8').trim()}@127.0.0.1:${port!}/postgres`;
};

describe('erasing a customer while others go on', () => {
  const folder = dataFolder();
  let standalone: Standalone;
  let client: pg.Client;

  beforeAll(async () => {
    standalone = await Standalone.start(folder.path, { SAFAR_LOG_LEVEL: 'debug' });
    client = new pg.Client(databaseUrl(folder.path));
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await standalone.stop();
    folder.remove();
  });

  const post = (body: unknown) => standalone.request('POST', '/v1/touchpoints', body);
  const reference = `customer_number:${canary('number')}`;

  it('leaves nothing of them in events, read models, logs or a dump, and loses nothing of the others', async () => {
    const { body } = await post(Array.from({ length: 30 }, (_, n) => erasedCustomers(n)));
    for (const [userId, messageId] of [
      [canary('number'), canary('m-1')],
      ['other-1', 'm-2'],
    ] as const)
      expect(await standalone.request('POST', '/v1/track', unusable(userId, messageId))).toMatchObject({
        status: 200,
        body: { quarantined: 1 },
      });
    const quarantined = async (): Promise<readonly { readonly id: string }[]> =>
      JSON.parse((await safar(folder.path, 'quarantine', 'list', '--json')).stdout) as { id: string }[];
    const listed = await quarantined();
    expect(listed).toHaveLength(2);
    const stored = (body as { results: { position: string }[] }).results.at(-1)!.position;
    let running = true;
    let sent = 0;
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        for (; running;) expect((await post(other(sent++))).status).toBe(201);
      }),
    );
    const late = Promise.all(Array.from({ length: 20 }, (_, n) => post(erasedCustomers(100 + n))));
    const found = await standalone.request(
      'GET',
      `/v1/customers/email:${canary('email')}@example.com?minPosition=${stored}`,
    );
    const erased = await standalone.request('POST', `/v1/customers/${reference}/erase`, { reason: 'customer_request' });
    await late;
    // What slipped in after the erasure is another incarnation of them: erased as well, now that nobody sends any more.
    const again = await standalone.request('POST', `/v1/customers/${reference}/erase`, { reason: 'customer_request' });
    running = false;
    await load;
    expect(found.status).toBe(200);
    expect(erased).toMatchObject({ status: 200 });
    expect([200, 404, 410]).toContain(again.status);

    const { position } = (again.status === 200 ? again.body : erased.body) as { position: string };
    const gone = await standalone.request('GET', `/v1/customers/${reference}?minPosition=${position}`);
    expect(gone.status).toBe(410);
    expect(await dump(client)).not.toContain('5f1c9e');
    expect(filesOf(folder.path) + standalone.output()).not.toContain('5f1c9e');

    // What stands in the quarantine is sealed for all alike, and would be found by no dump.
    const [left, ...more] = await quarantined();
    expect([listed.map(({ id }) => id).includes(left?.id ?? ''), more]).toEqual([true, []]);
    const ids = listed.map(({ id }) => id);
    const redriven = await safar(folder.path, 'quarantine', 'redrive', ...ids, '--json');
    expect(JSON.parse(redriven.stdout)).toEqual({ accepted: 0, duplicate: 0, refused: 1, notThere: 1 });

    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM es.events WHERE type = 'touchpoint.visit'`,
    );
    expect(rows).toEqual([{ count: String(sent) }]);
  });

  it('leaves a log that replays to the same read models', async () => {
    const verified = await safar(folder.path, 'verify', '--json');
    expect(verified).toMatchObject({ code: 0 });
    const rebuilt = await safar(folder.path, 'projections', 'rebuild', 'timeline', '--json');
    expect(rebuilt).toMatchObject({ code: 0 });
    expect(await safar(folder.path, 'verify', '--json')).toMatchObject({ code: 0 });
  });

  it('lets them come back as somebody new', async () => {
    const { body } = await post({ ...erasedCustomers(500), id: 'back', data: { text: 'I am back' } });
    const { position } = body as { position: string };
    const route = `/v1/customers/${reference}/timeline?minPosition=${position}`;
    const { body: page } = await standalone.request('GET', route);
    expect(page).toMatchObject({ data: [{ touchpointId: 'back', details: { text: 'I am back' } }] });
  });
});

describe('erasing a customer whom builds of other versions know', () => {
  it('leaves nothing of them in any build, whichever version of Safar made it', async () => {
    const folder = dataFolder();
    const first = await Standalone.start(folder.path);
    const key = first.key!;
    const sent = Array.from({ length: 5 }, (_, n) => erasedCustomers(n));
    const { body } = await first.request('POST', '/v1/touchpoints', sent);
    const { position } = (body as { results: { position: string }[] }).results.at(-1)!;
    expect(await safar(folder.path, 'projections', 'rebuild', 'customers', '--json')).toMatchObject({ code: 0 });
    await first.stop();

    const next = nextVersion('customers/customers');
    const second = await Standalone.start(folder.path, {}, next.path);
    const client = new pg.Client(databaseUrl(folder.path));
    await client.connect();
    try {
      const builds = async (): Promise<readonly string[]> => {
        const { rows } = await client.query<{ table: string }>(
          `SELECT 'rm.customers_v' || version || '_b' || build AS table FROM es.consumers WHERE name = 'customers' ORDER BY build`,
        );
        return rows.map(({ table }) => table);
      };
      const isPromoted = async (): Promise<boolean> => {
        const { rowCount } = await client.query(
          `SELECT FROM es.projections WHERE name = 'customers' AND active_build = 3 AND previous_build = 2`,
        );
        return rowCount === 1;
      };
      while (!(await isPromoted())) await new Promise((resolve) => setTimeout(resolve, 50));
      const [previous, active] = (await builds()).slice(-2);
      expect((await client.query(`SELECT t::text AS row FROM ${previous!} t`)).rows[0]?.row).toContain(
        canary('number'),
      );
      const shown = `/v1/customers/customer_number:${canary('number')}`;
      expect((await second.request('GET', `${shown}?minPosition=${position}`, undefined, key)).status).toBe(200);

      const erased = await second.request('POST', `${shown}/erase`, { reason: 'customer_request' }, key);
      expect(erased.status).toBe(200);
      expect((await client.query(`SELECT FROM ${previous!}`)).rowCount).toBe(0);
      const gone = await second.request(
        'GET',
        `${shown}?minPosition=${(erased.body as { position: string }).position}`,
        undefined,
        key,
      );
      expect(gone.status).toBe(410);
      expect((await client.query(`SELECT FROM ${active!}`)).rowCount).toBe(0);
      expect(await dump(client)).not.toContain('5f1c9e');
    } finally {
      await client.end();
      await second.stop();
      next.remove();
      folder.remove();
    }
  });
});
