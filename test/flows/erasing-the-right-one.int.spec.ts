import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TouchpointResult } from '#contracts';
import { type Installation, loadConfig, migrations, openInstallation } from '#wiring';
import { type ProjectionHost } from '#platform/projections';
import { testDatabase, type TestDatabase } from '#testing';

const shared = { kind: 'email', value: 'shared@x.example' };

/** A gateway and a projector on one database, of which the projector can be stopped. */
describe('erasing by an identifier', () => {
  let database: TestDatabase;
  let folder: string;
  let installation: Installation;
  let projector: ProjectionHost | undefined;

  beforeEach(async () => {
    database = await testDatabase(migrations);
    folder = mkdtempSync(path.join(tmpdir(), 'safar-erasing-'));
    const config = loadConfig({
      SAFAR_DATABASE_URL: database.url,
      SAFAR_DATA_DIR: folder,
      SAFAR_READ_WAIT_TIMEOUT_MS: '300',
    });
    installation = await openInstallation(config, { program: 'test' });
    project();
  });
  afterEach(async () => {
    await installation.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const project = (): void => {
    projector = installation.startProjections({ pollMs: 20 });
  };
  const stopProjector = async (): Promise<void> => {
    await projector?.stop();
  };

  let sent = 0;
  /** The customer's id and the position. */
  const send = async (...identifiers: readonly { kind: string; value: string }[]) => {
    sent += 1;
    const touchpoint = {
      ...{ id: `t-${String(sent)}`, source: 'shop', kind: 'visit', occurredAt: '2026-03-21T10:15:00Z', data: {} },
      identifiers,
    };
    const context = { correlationId: 'c', causationId: 'c' };
    const [result] = (await installation.recordTouchpoints([touchpoint], context)) as [TouchpointResult];
    if (result.status !== 'accepted') throw new Error(JSON.stringify(result));
    return { customerId: result.customerId, position: BigInt(result.position) };
  };
  const applied = async (position: bigint): Promise<void> => {
    for (const name of ['customers', 'customer-identifiers', 'customer-erasures', 'timeline'])
      for (let tries = 0; !(await waits(name, position)) && tries < 100; tries++);
  };
  const waits = (name: string, position: bigint): Promise<boolean> =>
    installation.readModels.waitUntil(name, position, 1_000).catch(() => false);
  const by = { actor: { kind: 'operator', id: 'test' } } as const;
  const erase = (reference: string) => installation.eraseCustomer(reference, 'customer_request', { by });
  const personasWithKeys = async (): Promise<readonly string[]> => {
    const { rows } = await database.owner.query<{ id: string }>(
      `SELECT persona_id AS id FROM vault.keys WHERE wrapped_key IS NOT NULL`,
    );
    return rows.map(({ id }) => id);
  };

  it('erases whose own it is, although the read models only know somebody who named it', async () => {
    const named = await send({ kind: 'customer_number', value: '900' }, shared);
    await applied(named.position);
    await stopProjector();
    const asking = await send(shared);
    expect(await erase('email:shared@x.example')).toMatchObject({ ok: true, value: { customerId: asking.customerId } });
    expect(await personasWithKeys()).toEqual([named.customerId]);
  });

  it('erases nobody while the read models cannot tell who is meant', async () => {
    const first = await send({ kind: 'customer_number', value: '901' }, shared);
    await applied(first.position);
    await stopProjector();
    const second = await send({ kind: 'customer_number', value: '902' }, shared);
    const answer = await erase('email:shared@x.example');
    expect(answer).toEqual({ ok: false, reason: { code: 'not_caught_up', retryAfterMs: 1_000 } });
    expect([...(await personasWithKeys())].sort()).toEqual([first.customerId, second.customerId].sort());
    project();
    await applied(second.position);
    expect(await erase('email:shared@x.example')).toMatchObject({ reason: { code: 'ambiguous_identifier' } });
  });

  it('erases nobody else when the request is repeated', async () => {
    const named = await send({ kind: 'customer_number', value: '903' }, shared);
    const asking = await send(shared);
    await applied(asking.position);
    expect(await erase('email:shared@x.example')).toMatchObject({ ok: true, value: { customerId: asking.customerId } });
    await applied(await installation.store.head());
    expect(await erase('email:shared@x.example')).toMatchObject({ reason: { code: 'customer_erased' } });
    expect(await personasWithKeys()).toEqual([named.customerId]);
  });

  it('finds the one customer who named it', async () => {
    const named = await send({ kind: 'customer_number', value: '904' }, shared);
    await applied(named.position);
    expect(await erase('email:shared@x.example')).toMatchObject({ ok: true, value: { customerId: named.customerId } });
  });
});
