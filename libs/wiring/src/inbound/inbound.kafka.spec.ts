import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exampleTouchpoint } from '#contracts';
import { type Bus, inboundState, openKafkaBus, WriteUnknownError } from '#platform/bus';
import { createPool, freePort } from '#platform/postgres';
import { allBrokers, testDatabase, until, type TestDatabase } from '#testing';
import { loadConfig } from '../config/config.js';
import { openKafkaAdmin } from '../kafka-admin.js';
import { topicNames } from '../kafka.js';

const RECORDS = 5_000;
const BATCH = 250;
const PARTITIONS = 6;
/** Every tenth is one that was sent before, every fiftieth is none. */
const isAgain = (n: number): boolean => n % 10 === 9;
const isBad = (n: number): boolean => n % 50 === 25;

const relayProgram = path.resolve('dist/apps/relay/src/main.js');

/** Text of record `n`: touchpoints, some as CloudEvents, some twice, some bad. */
function textOf(n: number): string {
  if (isBad(n))
    return n % 100 === 25 ? `{"id":"t-${String(n)}"` : JSON.stringify({ id: `t-${String(n)}`, kind: 'visit' });
  const of = isAgain(n) ? n - 1 : n;
  const touchpoint = { ...exampleTouchpoint('visit', 'fa'), id: `t-${String(of)}`, source: 'stream' };
  const event = {
    specversion: '1.0',
    id: touchpoint.id,
    source: '/sources/stream',
    type: 'touchpoint',
    data: touchpoint,
  };
  return JSON.stringify(of % 3 === 0 ? event : touchpoint);
}

describe.each(allBrokers())('touchpoints from Kafka (brokers: $whose)', ({ brokers, replicas, prefix, cluster }) => {
  const names = topicNames({ topicPrefix: prefix });
  let database: TestDatabase;
  let dataDir: string;
  let bus: Bus;
  let port: number;
  let relay: ChildProcess | undefined;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    await Promise.all(cluster?.nodes.map((node) => cluster.start(node)) ?? []);
    database = await testDatabase([]);
    dataDir = mkdtempSync(path.join(tmpdir(), 'safar-inbound-'));
    port = await freePort(0);
    environment = {
      SAFAR_DATABASE_URL: database.url,
      SAFAR_DATA_DIR: dataDir,
      SAFAR_KAFKA_BROKERS: brokers.join(','),
      SAFAR_KAFKA_REPLICAS: String(replicas),
      SAFAR_KAFKA_TOPIC_PREFIX: prefix,
      SAFAR_KAFKA_PARTITIONS: String(PARTITIONS),
      SAFAR_KAFKA_INBOUND: 'true',
      SAFAR_INTERNAL_PORT: String(port),
    };
    const admin = await openKafkaAdmin(loadConfig(environment), { program: 'test' });
    const made = await admin.init();
    expect(made.map(({ name, drifts }) => [name, drifts])).toEqual([
      [`${prefix}safar.events.v1`, []],
      [names.inbound, []],
      [names.deadLetters, []],
    ]);
    expect((await admin.init()).map(({ made: again, drifts }) => [again, drifts])).toEqual(made.map(() => [false, []]));
    await admin.close();
    bus = await openKafkaBus({ brokers, clientId: 'sender' });
  });
  afterAll(async () => {
    relay?.kill('SIGKILL');
    await Promise.all(cluster?.nodes.map((node) => cluster.start(node)) ?? []);
    await bus.close();
    await database.drop();
    rmSync(dataDir, { recursive: true });
  });

  const startRelay = (): void => {
    const { PATH = '' } = process.env;
    relay = spawn(process.execPath, [relayProgram], {
      env: { PATH, ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  };
  /** As a careful sender: what was not answered is sent again. */
  const send = async (from: number): Promise<void> => {
    const records = Array.from({ length: BATCH }, (_, index) => {
      const value = textOf(from + index);
      return { partition: Math.floor((from + index) / 10) % PARTITIONS, key: '', headers: {}, value };
    });
    for (let isSent = false; !isSent;) {
      const writer = await bus.openWriter(names.inbound).catch(() => undefined);
      isSent = await (writer?.write(records) ?? Promise.reject(new WriteUnknownError('no broker'))).then(
        () => true,
        () => false,
      );
      await writer?.close();
    }
  };
  const read = async (topic: string) => {
    const ends = await bus.ends(topic);
    const reader = await bus.openReader(topic, new Map([...ends].map(([partition, { first }]) => [partition, first])));
    const records = [...ends].flatMap(([partition, { next, first }]) =>
      next > first ? [{ partition, last: next - 1n }] : [],
    );
    const found = new Map(records.map(({ partition }) => [partition, reader.take(partition, 0).slice()]));
    await until(
      () => {
        for (const [partition, of] of found) of.push(...reader.take(partition, 1_000));
        return records.every(({ partition, last }) => found.get(partition)?.at(-1)?.offset === last);
      },
      `${topic} read to its end`,
      60_000,
    );
    await reader.close();
    return [...found.values()].flat();
  };

  it('are stored once and refused once, whoever dies in the middle', async () => {
    startRelay();
    let restarted: Promise<void> | undefined;
    for (let from = 0; from < RECORDS; from += BATCH) {
      await send(from);
      if (from === 6 * BATCH) {
        await until(async () => (await inboundState(pool(), names.inbound))?.offsets.size === PARTITIONS, 'it reads');
        relay?.kill('SIGKILL');
        // As time would: the process that is gone keeps its lease for ten seconds.
        await database.owner.query(`UPDATE es.inbound SET lease_until = clock_timestamp()`);
        startRelay();
      }
      if (from === 12 * BATCH) {
        await cluster?.kill(2);
        restarted = cluster?.start(2);
      }
    }
    await restarted;
    const isTaken = async (): Promise<boolean> => {
      const state = await inboundState(pool(), names.inbound);
      const ends = await bus.ends(names.inbound).catch(() => undefined);
      return ends !== undefined && [...ends].every(([partition, { next }]) => state?.offsets.get(partition) === next);
    };
    await until(isTaken, 'everything is taken', 90_000);

    const good = Array.from({ length: RECORDS }, (_, n) => n).filter((n) => !isBad(n) && !isAgain(n));
    // The id of an event is made of the source and id of its touchpoint.
    const { rows } = await database.owner.query<{ events: number; ids: number }>(
      `SELECT count(*)::integer AS events, count(DISTINCT event_id)::integer AS ids
       FROM es.events WHERE type LIKE 'touchpoint.%'`,
    );
    expect(rows).toEqual([{ events: good.length, ids: good.length }]);

    const bad = (await read(names.inbound)).filter(({ value }) => !value.includes('identifiers'));
    const letters = await read(names.deadLetters);
    const buried = new Map(letters.map((letter) => [letter.headers['safar-dead-letter-id'], letter]));
    expect(new Set(buried.keys())).toEqual(
      new Set(bad.map(({ partition, offset }) => `${names.inbound}/${String(partition)}/${offset.toString()}`)),
    );
    expect(bad.length).toBeGreaterThanOrEqual(RECORDS / 50);
    for (const { partition, offset } of bad) {
      const letter = buried.get(`${names.inbound}/${String(partition)}/${offset.toString()}`);
      expect([letter?.key, letter?.value]).toEqual(['', '']);
      expect(letter?.headers).toMatchObject({ 'safar-reason': 'invalid', 'safar-kept': 'quarantine' });
    }
    const { rows: kept } = await database.owner.query<{ id: string }>('SELECT id FROM quarantine.messages');
    expect(new Set(kept.map(({ id }) => id))).toEqual(
      new Set(letters.map(({ headers }) => headers['safar-quarantine-id'])),
    );

    const metrics = async () => (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
    expect(await metrics()).toContain(`safar_inbound_lag_records{topic="${names.inbound}"} 0`);
    // The broker that was killed may have been the one that was asked first.
    const known = `safar_inbound_topic_drifts{topic="${names.inbound}"} 0`;
    await until(async () => (await metrics()).includes(known), 'the settings of the topic are known', 30_000);
    const ready = (await (await fetch(`http://127.0.0.1:${String(port)}/readyz`)).json()) as unknown;
    expect(ready).toMatchObject({
      checks: expect.arrayContaining([
        { name: 'inbound', ok: true },
        { name: 'inbound-topic', ok: true },
      ]) as unknown,
    });
  }, 180_000);

  const pools: ReturnType<typeof createPool>[] = [];
  const pool = () => {
    if (pools.length === 0) pools.push(createPool({ url: database.url, max: 2, applicationName: 'test' }));
    return pools[0]!;
  };
  afterAll(() => Promise.all(pools.map((one) => one.end())));
});
