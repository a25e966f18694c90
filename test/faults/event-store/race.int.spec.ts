import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { RecordedEvent } from '#kernel';
import {
  eventStoreMigrations,
  layOutStore,
  openPostgresEventStore,
  type PostgresEventStore,
} from '#platform/event-store';
import { migrate } from '#platform/postgres';
import { runNaiveStore } from './naive-store.js';

const PROCESSES = 3;
const CALLERS = 8;
/** The writers are left to it until so much has happened to them. */
const FAULTS = { backendsTerminated: 20, clientsKilled: 3, backendsKilled: 1 };
const START = 2n ** 31n + 5n;
const sharedStreams = ['race-shared-1', 'race-shared-2', 'race-shared-3'];

/** What a writer noted: see race-writer.mjs. */
interface Entry {
  readonly asked?: string;
  readonly streams?: readonly string[];
  readonly ids?: readonly string[];
  readonly stored?: string;
  readonly first?: string;
  readonly last?: string;
  readonly versions?: readonly number[];
  readonly refused?: string;
  readonly broken?: string;
}

const start = async (script: string, ...parameters: string[]): Promise<{ child: ChildProcess; said: unknown }> => {
  const child = spawn(process.execPath, [path.join(__dirname, script), ...parameters], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [said] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended`))),
  ])) as [unknown];
  return { child, said };
};

/** One statement on a connection of its own; undefined while the server starts again. */
async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[] | undefined> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

class Race {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'safar-race-ledgers-'));
  readonly #ledgers: string[] = [];
  #writers: ChildProcess[] = [];
  private readonly counts = { backendsTerminated: 0, backendsKilled: 0, clientsKilled: 0 };

  constructor(private readonly url: string) {}

  async startWriter(): Promise<void> {
    const ledgerFile = path.join(this.#folder, `${randomUUID()}.jsonl`);
    this.#ledgers.push(ledgerFile);
    const { child } = await start(
      'race-writer.mjs',
      JSON.stringify({ url: this.url, ledgerFile, callers: CALLERS, sharedStreams }),
    );
    this.#writers.push(child);
  }

  /** kill -9 of one process, and another one in its place. */
  async killClient(): Promise<void> {
    const victim = this.#writers.shift();
    victim?.kill('SIGKILL');
    this.counts.clientsKilled++;
    await this.startWriter();
  }

  /** An administrator ends the session of a writer. */
  async terminateBackend(): Promise<void> {
    const rows = await ask(
      this.url,
      `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE application_name = 'race writer'
       ORDER BY random() LIMIT 1) victim`,
    );
    this.counts.backendsTerminated += rows?.length ?? 0;
  }

  /** kill -9 of a backend: the whole server starts again from its log. */
  async crashServer(): Promise<void> {
    const rows = await ask<{ pid: number }>(
      this.url,
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'race writer' ORDER BY random() LIMIT 1`,
    );
    const pid = rows?.[0]?.pid;
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    this.counts.backendsKilled++;
  }

  hadEnough(): boolean {
    const { backendsTerminated, clientsKilled, backendsKilled } = this.counts;
    return (
      backendsTerminated >= FAULTS.backendsTerminated &&
      clientsKilled >= FAULTS.clientsKilled &&
      backendsKilled >= FAULTS.backendsKilled
    );
  }

  async stopWriters(): Promise<void> {
    await Promise.all(
      this.#writers.map(async (writer) => {
        const ended = once(writer, 'exit');
        writer.send('stop');
        await ended;
      }),
    );
    this.#writers = [];
  }

  entries(): Entry[] {
    return this.#ledgers.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        // A killed process may leave half a line.
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as Entry),
    );
  }

  end(): void {
    for (const writer of this.#writers) writer.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Follows the log by `position > checkpoint`, nothing else. */
class Tail {
  readonly seen: RecordedEvent[] = [];
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(private readonly store: PostgresEventStore) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Reads on until there is nothing more, then stops. */
  async finish(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const last = this.#stopped;
      // While the server starts again there is nothing to read.
      const page = await this.store.readAll(this.seen.at(-1)?.position ?? START, 100).catch(() => undefined);
      this.seen.push(...(page?.events ?? []));
      if (last && page?.events.length === 0) return;
      if (!page?.full) await sleep(Math.random() * 3);
    }
  }
}

/** Somebody else's transactions, open all the time: one that reads the log, one that writes to another table. */
async function openForeignTransactions(url: string): Promise<() => Promise<void>> {
  const clients = await Promise.all(
    ['SELECT count(*) FROM es.events', 'INSERT INTO public.elsewhere DEFAULT VALUES'].map(async (statement) => {
      const client = new pg.Client(url);
      client.on('error', () => undefined);
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await client.query(statement);
      return client;
    }),
  );
  return async () => {
    for (const client of clients) await client.end().catch(() => undefined);
  };
}

const numbersAfter = (first: bigint, count: number): bigint[] =>
  Array.from({ length: count }, (_, index) => first + BigInt(index) + 1n);

describe('writers in several processes, killed at random', () => {
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const { child, said } = await start('../postgres-server.mjs');
    server = child;
    ({ url } = said as { url: string });
    await migrate(url, eventStoreMigrations);
    await layOutStore(url, { startPosition: START, partitionRows: 1_000n });
    await ask(url, `ALTER TABLE es.events ADD CONSTRAINT no_poison CHECK (type <> 'poison')`);
    await ask(url, `CREATE TABLE public.elsewhere (id bigint GENERATED ALWAYS AS IDENTITY)`);
  });
  afterAll(async () => {
    const ended = once(server, 'exit');
    server.send('stop');
    await ended;
  });

  it('lose no event, leave no hole, and a reader that follows positions sees each event once and in order', async () => {
    const race = new Race(url);
    const store = await openPostgresEventStore({ url, applicationName: 'race reader' });
    const tail = new Tail(store);
    tail.start();
    let closeForeign = await openForeignTransactions(url);
    await Promise.all(Array.from({ length: PROCESSES }, () => race.startWriter()));

    for (let round = 1; !race.hadEnough(); round++) {
      await sleep(100 + Math.random() * 200);
      if (round % 8 === 5) await race.killClient();
      else if (round % 24 === 12) {
        await race.crashServer();
        await sleep(1_000);
        await closeForeign();
        closeForeign = await openForeignTransactions(url).catch(() => closeForeign);
      } else await race.terminateBackend();
    }
    await race.stopWriters();
    await closeForeign();

    const entries = race.entries();
    const answered = new Set(entries.flatMap(({ stored, refused }) => stored ?? refused ?? []));
    const asked = new Map(
      entries.flatMap((entry) => (entry.asked === undefined ? [] : [[entry.asked, entry] as const])),
    );
    // Their processes died before the answer came. Asking again tells, or stores them now.
    const inDoubt = [...asked.keys()].filter((appendId) => !answered.has(appendId));
    for (const appendId of inDoubt) {
      const outcome = await store.append({
        appendId,
        requestHash: createHash('md5').update(appendId).digest(),
        streams: [{ stream: `race-${appendId}`, expect: 'any', events: [newEvent()] }],
      });
      expect(['appended', 'repeated']).toContain(outcome.status);
    }
    await tail.finish();

    const log: RecordedEvent[] = [];
    for await (const page of store.replay(START)) log.push(...page);
    const appends = await ask<{ append_id: string; first: string; count: number }>(
      url,
      `SELECT append_id, first_position AS first, event_count AS count FROM es.appends ORDER BY first_position`,
    );
    await store.close();
    race.end();

    // It happened in the middle of a good deal of work.
    expect(log.length).toBeGreaterThan(2_000);
    expect(entries.filter(({ refused }) => refused !== undefined).length).toBeGreaterThan(20);
    expect(entries.flatMap(({ broken }) => broken ?? [])).toEqual([]);

    // Dense, in order, beyond 2^31, and exactly what the reader saw.
    expect(log.map(({ position }) => position)).toEqual(numbersAfter(START, log.length));
    expect(tail.seen).toEqual(log);
    const versions = new Map<string, number>();
    let recordedAt = 0;
    for (const event of log) {
      expect(event.version).toBe((versions.get(event.stream) ?? 0) + 1);
      versions.set(event.stream, event.version);
      expect(event.recordedAt).toBeGreaterThanOrEqual(recordedAt);
      recordedAt = event.recordedAt;
    }

    // What was acknowledged is stored where it was said to be; what was refused is not stored.
    const at = (position: string | undefined): number => Number(BigInt(position ?? 0) - START) - 1;
    for (const { stored: appendId, first, last, versions: told } of entries) {
      if (appendId === undefined) continue;
      const { ids, streams } = asked.get(appendId) ?? {};
      const stored = log.slice(at(first), at(last) + 1);
      expect(stored.map(({ id }) => id)).toEqual(ids);
      expect(streams?.map((stream) => stored.findLast((event) => event.stream === stream)?.version)).toEqual(told);
    }
    const refused = new Set(entries.flatMap(({ refused: appendId }) => asked.get(appendId ?? '')?.ids ?? []));
    expect(log.filter(({ id }) => refused.has(id))).toEqual([]);
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);

    // Each append once, and together they are the whole log.
    let position = START;
    for (const append of appends ?? []) {
      expect(BigInt(append.first)).toBe(position + 1n);
      position += BigInt(append.count);
    }
    expect(position).toBe(log.at(-1)?.position);
  }, 120_000);

  it('lose events to the same reader when positions come from a sequence: the control', async () => {
    const { written, delivered } = await runNaiveStore(url, { writers: 24, writeMs: 2_000 });
    expect(delivered).toBeLessThan(written);
  });
});

const newEvent = () => ({
  id: randomUUID(),
  type: 'thing.happened',
  schemaVersion: 1,
  key: 'thing',
  occurredAt: Date.now(),
  data: {},
  meta: { source: '/sources/race', correlationId: 'race', causationId: 'race' },
});
