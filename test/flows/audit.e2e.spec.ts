import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { dataFolder, safar, Standalone } from './support/safar-process.js';

const databaseUrl = (folder: string): string => {
  const port = readFileSync(path.join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  return `postgres://safar:${readFileSync(path.join(folder, 'postgres.password'), 'utf8').trim()}@127.0.0.1:${port!}/postgres`;
};

interface Listed {
  readonly action: string;
  readonly actor: { readonly kind: string };
  readonly outcome: string;
  readonly subject: string;
  readonly requestId: string | null;
}

describe('the audit log of an installation', () => {
  const folder = dataFolder();
  let standalone: Standalone;

  beforeAll(async () => {
    standalone = await Standalone.start(folder.path);
  });
  afterAll(async () => {
    await standalone.stop();
    folder.remove();
  });

  const cli = (...parameters: string[]) => safar(folder.path, ...parameters);
  it('tells of acts over HTTP and by the command line alike, refused ones too, and never by whom a customer goes', async () => {
    const { body } = await standalone.request('POST', '/v1/touchpoints', {
      ...{ id: 't-1', source: 'shop', kind: 'visit', occurredAt: '2026-03-22T10:15:00Z', data: {} },
      identifiers: [
        { kind: 'customer_number', value: '12347' },
        { kind: 'email', value: 'canary@example.com' },
      ],
    });
    const { customerId } = body as { customerId: string };
    await standalone.request('POST', '/v1/customers/email:canary@example.com/erase', { reason: 'customer_request' });
    await standalone.request('POST', '/v1/customers/email:unheard-of@example.com/erase', { reason: 'other' });
    await standalone.request('GET', '/v1/customers?limit=200');
    for (const parameters of [
      ['export', '--personal', '--yes'],
      ['projections', 'rebuild', 'timeline'],
      ['erase', 'customer_number:no-such', '--yes'],
    ])
      await cli(...parameters);

    const { stdout } = await cli('audit', 'list', '--json');
    const entries = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Listed]));
    const of = (action: string): Listed[] => entries.filter((entry) => entry.action === action);
    expect(of('customer.erased')).toMatchObject([
      {
        actor: { kind: 'key' },
        outcome: 'succeeded',
        subject: `customer:${customerId}`,
        requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      { actor: { kind: 'key' }, outcome: 'refused' },
      { actor: { kind: 'operator' }, outcome: 'refused', requestId: null },
    ]);
    expect(of('events.exported')).toMatchObject([{ actor: { kind: 'operator' }, details: { personal: true } }]);
    expect(of('customers.read')).toMatchObject([{ actor: { kind: 'key' }, details: { limit: 200 } }]);
    expect(of('projection.rebuilt')).toMatchObject([{ subject: 'projection:timeline', outcome: 'succeeded' }]);
    expect(of('api_key.created')).toHaveLength(1);
    expect(stdout).not.toMatch(/canary|unheard-of|no-such/);
  }, 180_000);

  it('is verified while it goes on, and names what somebody with the database did to it', async () => {
    expect(await cli('audit', 'verify')).toMatchObject({ code: 0 });
    const client = new pg.Client(databaseUrl(folder.path));
    await client.connect();
    await client.query(`UPDATE audit.entries SET outcome = 'refused' WHERE sequence = 2`);
    expect(await cli('audit', 'verify')).toMatchObject({ code: 6, stdout: expect.stringContaining('entry 2') });
    await client.query(`UPDATE audit.entries SET outcome = 'succeeded' WHERE sequence = 2`);
    await client.query('DELETE FROM audit.entries WHERE sequence > 3; TRUNCATE audit.checkpoints');
    await client.end();
    const truncated = await cli('audit', 'verify', '--json');
    expect(truncated.code).toBe(6);
    expect(JSON.parse(truncated.stdout)).toMatchObject({ broken: { sequence: '4', problem: 'truncated' } });
  }, 180_000);
});
