import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ConversationPage, type TimelinePage } from '#contracts';
import { type Position, type Projection, type RecordedEvent, START } from '#kernel';
import { busFeed, openMemoryBus, startRelay, watchRelayProgress } from '#platform/bus';
import { type EventSource, storeSubscription } from '#platform/consumers';
import { openPostgresEventStore, StoreFencedError, StoreGuardError } from '#platform/event-store';
import { createPool } from '#platform/postgres';
import { projectionAdmin, type ProjectionParts, startProjections } from '#platform/projections';
import { createLogger } from '#platform/telemetry';
import { FakeEventStoreDb, testDatabase, type TestDatabase, until } from '#testing';
import {
  type Installation,
  loadConfig,
  migrations,
  openInstallation,
  openStoreAdmin,
  projections,
  readinessChecks,
  SafarModule,
} from '#wiring';
import { createGateway } from '../../apps/gateway/src/bootstrap.js';
import { dataFolder } from './support/safar-process.js';

/** A real server, where there is one; else a stand-in in this process, which also does harm. */
const realUrl = process.env['SAFAR_EVENTSTORE_URL'];
const namespace = `safar_test_${randomUUID().replaceAll('-', '').slice(0, 20)}`;

let fake: FakeEventStoreDb | undefined;
let database: TestDatabase;
const folder = dataFolder();
beforeAll(async () => {
  if (realUrl === undefined) fake = await FakeEventStoreDb.start({ startPosition: 2n ** 40n });
  database = await testDatabase(migrations);
});
afterAll(async () => {
  await server?.close();
  await database.drop();
  await fake?.stop();
  folder.remove();
});

const settings = (changes: Readonly<Record<string, string>> = {}) =>
  loadConfig({
    ...{ SAFAR_DEMO: 'true', SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: folder.path },
    SAFAR_READ_WAIT_TIMEOUT_MS: '20000',
    ...{ SAFAR_EVENTSTORE_URL: realUrl ?? fake?.url ?? '', SAFAR_EVENTSTORE_NAMESPACE: namespace },
    ...changes,
  });

interface Server {
  readonly app: NestFastifyApplication;
  readonly installation: Installation;
  readonly key: string;
  close(): Promise<void>;
}

let server: Server | undefined;

/** Stops what ran, and starts it again: with reactions, or as a gateway whose reactor is away. */
async function restart({ reacting }: { readonly reacting: boolean }): Promise<Server> {
  await server?.close();
  const config = settings();
  const installation = await openInstallation(config, { program: 'test' });
  installation.startProjections({ pollMs: 20 });
  if (reacting) installation.startReactions({ pollMs: 20, backoffMs: 20 });
  const app = await createGateway({
    imports: [SafarModule.with(installation, readinessChecks(installation))],
    config: { ...config.http, loopDelayMs: 60_000, writeLatencyMs: 60_000 },
    logger: createLogger({ level: 'silent' }),
  });
  const { key } = await installation.access.apiKeys.create(
    { name: 'test', scopes: ['admin'] },
    { kind: 'operator', id: 'cli:test' },
  );
  const close = async (): Promise<void> => {
    server = undefined;
    await app.close();
    await installation.close();
  };
  return (server = { app, installation, key, close });
}

function running(): Server {
  if (!server) throw new Error('nothing runs');
  return server;
}

const ask = (method: 'GET' | 'POST', url: string, payload?: object) =>
  running().app.inject({
    ...{ method, url: `/v1/${url}`, headers: { authorization: `Bearer ${running().key}` } },
    ...(payload && { payload }),
  });

const touchpoint = (id: string, who: string, changes: object = {}) => ({
  ...{ id, source: 'shop', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:00:00Z', data: {} },
  identifiers: [{ kind: 'customer_number', value: who }],
  ...changes,
});
const message = (id: string, who: string, text: string) =>
  touchpoint(id, who, { kind: 'message', channel: 'chat', data: { author: 'customer', text, conversationId: who } });

async function send(body: object): Promise<{ readonly status: number; readonly position: string }> {
  const { statusCode: status, json } = await ask('POST', 'touchpoints', body);
  return { status, position: json<{ position: string }>().position };
}

const timeline = async (who: string, position: string, more = ''): Promise<readonly string[]> => {
  const answer = await ask('GET', `customers/customer_number:${who}/timeline?minPosition=${position}${more}`);
  return answer.json<TimelinePage>().data.map(({ touchpointId }) => touchpointId ?? '');
};

const conversations = async (): Promise<ConversationPage['data']> =>
  (await ask('GET', 'conversations')).json<ConversationPage>().data;

const events = async (): Promise<readonly RecordedEvent[]> => {
  const found: RecordedEvent[] = [];
  for await (const page of running().installation.store.replay(START)) found.push(...page);
  return found;
};
const countOf = async (type: string): Promise<number> => (await events()).filter((event) => event.type === type).length;

/** The next write to streams whose name has this in it is stored, and its answer lost. */
function loseNextAnswer(part: string): void {
  if (!fake) return;
  const { faults } = fake;
  faults.append = (stream) => {
    if (!stream.includes(part)) return undefined;
    faults.append = undefined;
    return 'break-after';
  };
}

async function otherDatabase(epoch = 1n) {
  const { url, owner, drop } = await testDatabase(migrations);
  await owner.query('UPDATE es.store SET epoch = $1', [epoch]);
  const pool = createPool({ url, max: 20, applicationName: 'other', pipeline: true });
  const close = async (): Promise<void> => {
    await pool.end();
    await drop();
  };
  return { url, pool, close };
}

/** Builds read models elsewhere, and compares them with the installation's. */
async function equalsBuiltFrom(
  elsewhere: Pick<ProjectionParts, 'pool' | 'source' | 'feed'>,
  which: readonly Projection[],
): Promise<void> {
  const { installation } = running();
  const parts = { ...elsewhere, decode: installation.decode };
  const host = startProjections({ ...parts, settings: { pollMs: 20 } }, which);
  const here = installation.projectionAdmin({ actor: { kind: 'operator', id: 'cli:test' } });
  const there = projectionAdmin(parts, which);
  try {
    const head = await installation.store.head();
    for (const admin of [here, there])
      await until(
        async () => {
          const lanes = (await admin.status()).filter(({ role, position }) => role === 'active' && position >= head);
          return which.every(({ name }) => lanes.some((lane) => lane.name === name));
        },
        'everything is applied',
        120_000,
      );
    for (const { name } of which) {
      const [one, other] = [await here.verify(name), await there.verify(name)];
      expect([name, one.ok, other.ok]).toEqual([name, true, true]);
      expect([name, other.hash, other.rows]).toEqual([name, one.hash, one.rows]);
    }
  } finally {
    await host.stop();
  }
}

describe('with the log in EventStoreDB', () => {
  it('a touchpoint is answered, is on the timeline, and counts once when its answer is lost and it is sent again', async () => {
    await restart({ reacting: false });
    const first = await send(touchpoint('v-1', 'sara'));
    expect(first.status).toBe(201);
    expect(await timeline('sara', first.position)).toEqual(['v-1']);

    loseNextAnswer(':append-');
    const second = await send(touchpoint('v-2', 'sara', { occurredAt: '2026-03-21T11:00:00Z' }));
    expect(second.status).toBe(201);
    expect(await send(touchpoint('v-2', 'sara', { occurredAt: '2026-03-21T11:00:00Z' }))).toEqual({
      ...second,
      status: 200,
    });
    expect([...(await timeline('sara', second.position))].sort()).toEqual(['v-1', 'v-2']);
    expect(await countOf('touchpoint.visit')).toBe(2);
    expect((await ask('GET', '../readyz')).statusCode).toBe(200);
  });

  it('what was known at a time is answered, once nothing can come to it any more', async () => {
    const now = new Date().toISOString();
    const later = await send(touchpoint('v-3', 'sara'));
    await running().installation.store.settledPositionAt(Date.now() - 1);
    const known = await timeline('sara', later.position, `&knownAt=${encodeURIComponent(now)}`);
    expect([...known].sort()).toEqual(['v-1', 'v-2']);
    const head = await running().installation.store.head();
    expect((await ask('POST', `touchpoints/${String(head - 1n)}/take-up`)).json()).toMatchObject({
      code: 'unknown_position',
    });
  });

  it('a conversation opens by itself, once, over a lost answer and a crash between the append and its commit', async () => {
    await send(message('m-1', 'sara', 'بسته‌ام کجاست؟'));
    // The reactor was away until now. It appends, and cannot take its command off the list: as if it had died in between.
    await database.owner.query(`
      CREATE FUNCTION public.stop_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$;
      CREATE TRIGGER stop_it BEFORE DELETE ON es.reaction_commands FOR EACH ROW EXECUTE FUNCTION public.stop_it()`);
    loseNextAnswer('.conversation-');
    await restart({ reacting: true });
    await until(async () => (await countOf('conversation.opened')) > 0, 'a conversation in the log');
    const { rows } = await database.owner.query('SELECT FROM es.reaction_commands');
    expect(rows).not.toHaveLength(0);
    await database.owner.query('DROP TRIGGER stop_it ON es.reaction_commands');

    await restart({ reacting: true });
    await until(async () => (await conversations()).length > 0, 'a conversation on the list');
    await until(
      async () => (await database.owner.query('SELECT FROM es.reaction_commands')).rowCount === 0,
      'every command is done',
    );
    expect([await countOf('conversation.opened'), await conversations()]).toMatchObject([
      1,
      [{ subject: 'بسته‌ام کجاست؟', category: 'open' }],
    ]);
  });

  it('who is erased stays so: the key is gone, the log says it, and a restart changes nothing', async () => {
    const said = await send(message('m-2', 'reza', 'سلام'));
    await timeline('reza', said.position);
    const erased = await ask('POST', 'customers/customer_number:reza/erase', { reason: 'customer_request' });
    expect(erased.statusCode).toBe(200);
    await restart({ reacting: true });
    const { position } = erased.json<{ position: string }>();
    const gone = await ask('GET', `customers/customer_number:reza/timeline?minPosition=${position}`);
    expect(gone.json()).toMatchObject({ code: 'customer_erased' });
    expect(await countOf('persona.erased')).toBe(1);
    const { decode } = running().installation;
    expect(JSON.stringify((await decode(await events(), 'opened')).map(({ data }) => data))).not.toContain('سلام');
  });

  it('the read models are those of the same history in PostgreSQL, by hash', async () => {
    // Reactions append what is due now: the history would not be the same.
    await restart({ reacting: false });
    const log = await events();
    const other = await otherDatabase();
    const store = await openPostgresEventStore({ url: other.url, applicationName: 'other' });
    for (const { stream, position: _, version: __, recordedAt: ___, ...event } of log)
      await store.append({
        ...{ appendId: event.id, requestHash: Buffer.alloc(16) },
        streams: [{ stream, expect: 'any', events: [event] }],
      });
    try {
      await equalsBuiltFrom({ ...other, source: toldAs(log, storeSubscription(store)) }, projections);
    } finally {
      await store.close();
      await other.close();
    }
  });

  it('so are those that a relay feeds over a bus', async () => {
    const { store } = running().installation;
    const other = await otherDatabase(store.epoch);
    const { pool } = other;
    const source = storeSubscription(store);
    const bus = openMemoryBus({ topics: { events: 4 } });
    const relay = startRelay({ pool, source, bus, topic: 'events', settings: { pollMs: 20 } });
    const progress = watchRelayProgress(pool, 'events', 20);
    try {
      const feed = busFeed({ bus, topic: 'events', source, progress });
      const some = projections.filter(({ name }) => ['timeline', 'conversations'].includes(name));
      await equalsBuiltFrom({ pool, source, feed }, some);
    } finally {
      await relay.stop();
      await progress.close();
      await other.close();
    }
  });

  it('a raised epoch fences who has the log open, and both sides agree afterwards', async () => {
    const admin = await openStoreAdmin(settings(), { program: 'test' });
    const before = running().installation.store;
    const epoch = await admin.raiseEpoch({ actor: { kind: 'operator', id: 'cli:test' } });
    expect(epoch).toBe(before.epoch + 1n);
    await expect(before.checkWritable()).rejects.toThrow(StoreFencedError);
    expect((await before.fenced).message).toContain(`epoch ${epoch.toString()}`);
    expect(await admin.status()).toMatchObject({ storeId: before.storeId, epoch, problem: undefined });
    await admin.close();
    await running().close();
  });

  it('a log stays where it was begun, and what is said of it has no password in it', async () => {
    const refusal = async (changes: Readonly<Record<string, string>>): Promise<string> => {
      const opened = openInstallation(settings(changes), { program: 'test' });
      const error: unknown = await opened.then(
        (installation) => installation.close(),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(StoreGuardError);
      return String(error);
    };
    const elsewhere = { SAFAR_EVENTSTORE_URL: '', SAFAR_EVENTSTORE_NAMESPACE: '' };
    expect(await refusal(elsewhere)).toMatch(/is in EventStoreDB, and SAFAR_EVENTSTORE_URL is not set/);
    expect(await refusal({ SAFAR_EVENTSTORE_NAMESPACE: `${namespace}_x` })).toMatch(/Correct SAFAR_EVENTSTORE_URL/);

    // An older program would not ask where the log is.
    await database.owner.query('SELECT es.ensure_partitions(10)');
    const appended = database.owner.query(
      `INSERT INTO es.events VALUES (1, 1, now(), now(), 1, gen_random_uuid(), 's', 't', 'k', '{}', '{}')`,
    );
    await expect(appended).rejects.toThrow('log_is_in_eventstoredb');

    const other = await testDatabase(migrations);
    // Databases of tests are copies of one.
    await other.owner.query('UPDATE es.store SET store_id = gen_random_uuid()');
    const there = { SAFAR_DATABASE_URL: other.url, SAFAR_DATA_DIR: path.join(folder.path, 'other') };
    expect(await refusal(there)).toMatch(/belongs to another installation/);
    const own = await openInstallation(settings({ ...there, ...elsewhere }), { program: 'test' });
    await own.recordTouchpoints([touchpoint('v-1', 'sara')], {
      ...{ correlationId: 'c'.repeat(32), causationId: 'test', maxBytes: 1_000_000 },
    });
    await own.close();
    const url = fake && { SAFAR_EVENTSTORE_URL: fake.url.replace('://', '://safar:k3-wz-91@') };
    const told = await refusal({ ...there, ...url, SAFAR_EVENTSTORE_NAMESPACE: `${namespace}_y` });
    expect(told).toMatch(/the log of this installation is in PostgreSQL/);
    expect(told).not.toContain('k3-wz-91');
    await other.drop();
  });
});

/** A log as the source of read models, told with the positions and times that the same events have in another one. */
function toldAs(log: readonly RecordedEvent[], source: EventSource): EventSource {
  const told = new Map(log.map((event) => [event.id, event]));
  const as = (event: RecordedEvent): RecordedEvent => {
    const { position, recordedAt } = told.get(event.id) ?? event;
    return { ...event, position, recordedAt };
  };
  // Its own positions are 1, 2, 3 …
  const own = (position: Position): Position => BigInt(log.filter((event) => event.position <= position).length);
  const theirs = (position: Position): Position => log[Number(position) - 1]?.position ?? START;
  return {
    ...source,
    epoch: source.epoch,
    read: async (after, limit) => {
      const page = await source.read(own(after), limit);
      return { ...page, events: page.events.map(as), upTo: theirs(page.upTo) };
    },
    eventAt: async (position) => {
      const event = await source.eventAt(own(position));
      return event && as(event);
    },
    head: async () => theirs(await source.head()),
    distance: (after, upTo) => source.distance(own(after), own(upTo)),
  };
}
