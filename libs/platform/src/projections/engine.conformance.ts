import fc from 'fast-check';
import pg from 'pg';
import {
  allGone,
  gone,
  START,
  type EpochMs,
  type Position,
  type Projection,
  type RecordedEvent,
  type Row,
} from '#kernel';
import { createPool, sessionOf } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { asText } from './apply-page.js';
import { BuildTable, type BuildRef } from './build-table.js';
import { activeBuilds, listBuilds } from './builds.js';
import { foldInMemory } from './fold-in-memory.js';
import { type DecodeEvents } from './event-source.port.js';
import { type ProjectionParts } from './lane-consumer.js';
import { projectionAdmin, type ProjectionAdmin } from './projection-admin.js';
import { startProjections, type ProjectionHost, type ProjectionHostParts } from './projection-host.js';
import { projectionsMigrations } from './projection-tables.js';
import { decodeRow, fromText, keyOfRow, keyText } from './row-codec.js';
import { type ProjectionSettings } from './settings.js';
import { storeSubscription, type SubscribableStore } from './store-subscription.js';

/** Positions begin where a 32-bit number would have ended. */
const FIRST_POSITION = 2n ** 31n + 5n;

/** What a test says of an event. */
export interface Happening {
  readonly type: string;
  readonly key: string;
  readonly data?: unknown;
}

/** A log in memory that behaves like the store towards its readers. */
export class TestLog implements SubscribableStore {
  readonly epoch: bigint = 1n;
  readonly events: RecordedEvent[] = [];
  /** Hints that are not given. */
  mute = false;
  readonly #listeners = new Set<() => void>();

  append(...happenings: readonly Happening[]): Position {
    for (const { type, key, data } of happenings) {
      const position = FIRST_POSITION + BigInt(this.events.length);
      const at = 1_700_000_000_000 + this.events.length * 1000;
      this.events.push({
        ...{ type, key, data: data ?? {}, schemaVersion: 1, stream: `test-${key}`, version: this.events.length + 1 },
        id: `00000000-0000-4000-8000-${this.events.length.toString(16).padStart(12, '0')}`,
        ...{ position, occurredAt: at, recordedAt: at + 7 },
        meta: { source: '/test', correlationId: 'c', causationId: 'c' },
      });
    }
    if (!this.mute) for (const listener of this.#listeners) listener();
    return this.events.at(-1)?.position ?? START;
  }

  readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const first = after < FIRST_POSITION ? 0 : Number(after - FIRST_POSITION) + 1;
    return Promise.resolve(this.events.slice(first, first + limit));
  }

  head(): Promise<Position> {
    return Promise.resolve(this.events.at(-1)?.position ?? START);
  }

  positionAt(time: EpochMs): Promise<Position> {
    return Promise.resolve(this.events.findLast(({ recordedAt }) => recordedAt <= time)?.position ?? START);
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const asRead: DecodeEvents = (events) => Promise.resolve(events);

type ItemEvent =
  | RecordedEvent<'item.added', { readonly item: string; readonly amount: string }>
  | RecordedEvent<'item.moved', { readonly from: string; readonly to: string }>
  | RecordedEvent<'item.removed', { readonly item: string }>
  | RecordedEvent<'item.broken', { readonly item: string }>
  | RecordedEvent<'customer.erased', object>;

/** A log with a history. */
export const logOf = (...happenings: readonly Happening[]): TestLog => {
  const log = new TestLog();
  log.append(...happenings);
  return log;
};

const happening =
  (type: string) =>
  (key: string, data: unknown = {}): Happening => ({ type, key, data });

export const added = (key: string, item = 'bag', amount = '1'): Happening =>
  happening('item.added')(key, { item, amount });
export const moved = (key: string, from: string, to: string): Happening => happening('item.moved')(key, { from, to });
export const removed = (key: string, item = 'bag'): Happening => happening('item.removed')(key, { item });
/** Fails where there is such an item. */
export const broken = (key: string, item = 'bag'): Happening => happening('item.broken')(key, { item });
export const erased = happening('customer.erased');

/** Columns as a projection would have them, of every type. */
type LogRow = Row & { readonly customer: string; readonly position: bigint };

/** Each event makes its own row. */
export const itemLog: Projection<LogRow, ItemEvent> = {
  name: 'item-log',
  version: 1,
  reads: 'sealed',
  appendOnly: true,
  table: {
    columns: {
      position: { type: 'bigint' },
      customer: { type: 'uuid' },
      type: { type: 'text' },
      at: { type: 'timestamp' },
      data: { type: 'json' },
    },
    primaryKey: ['position'],
    owner: 'customer',
    indexes: [{ on: 'customer, at DESC' }],
  },
  keys: ({ position }) => [[position]],
  when: {
    'item.added': (_row, event) => logged(event),
    'item.moved': (_row, event) => logged(event),
    'item.removed': (_row, event) => logged(event),
    'item.broken': () => {
      throw new TypeError('this one does not work');
    },
    'customer.erased': () => allGone,
  },
};

const logged = ({ position, key, type, recordedAt, data }: ItemEvent): LogRow => ({
  ...{ position, customer: key, type, at: recordedAt, data },
});

type ItemRow = Row & {
  readonly customer: string;
  readonly item: string;
  readonly times: number;
  readonly amounts: Readonly<Record<string, number>>;
};

/** A row for each item of a customer, folded from several events; an event may touch two of them. */
export const items: Projection<ItemRow, ItemEvent> = {
  name: 'items',
  version: 1,
  reads: 'opened',
  table: {
    columns: {
      item: { type: 'text' },
      customer: { type: 'uuid' },
      times: { type: 'integer' },
      last_amount: { type: 'numeric', nullable: true },
      amounts: { type: 'jsonb' },
      seen_at: { type: 'timestamp' },
      big: { type: 'boolean' },
    },
    primaryKey: ['customer', 'item'],
    owner: 'customer',
    indexes: [
      { on: 'amounts', using: 'gin' },
      { on: 'item', where: 'big' },
    ],
  },
  keys: (event) => {
    if (event.type === 'item.moved') return [event.data.from, event.data.to].map((item) => [event.key, item]);
    return [[event.key, event.type === 'customer.erased' ? '' : event.data.item]];
  },
  when: {
    'item.added': (row, event) => counted(row, event, event.data),
    'item.moved': (row, event, [, item]) => {
      if (item === event.data.from && item !== event.data.to) return row ? gone : undefined;
      return counted(row, event, { item: event.data.to, amount: '1' });
    },
    'item.removed': () => gone,
    'item.broken': (row) => {
      if (row) throw new TypeError('this one does not work');
      return undefined;
    },
    'customer.erased': () => allGone,
  },
};

function counted(
  row: ItemRow | undefined,
  event: ItemEvent,
  { item, amount }: { item: string; amount: string },
): ItemRow {
  const amounts = { ...row?.amounts, [amount]: (row?.amounts[amount] ?? 0) + 1 };
  return {
    ...{ customer: event.key, item, times: (row?.times ?? 0) + 1, amounts, seen_at: event.occurredAt },
    last_amount: amount,
    // Depends on the order in which the members come back: jsonb has its own.
    big: Object.keys(amounts)[0] === amount,
  };
}

type CustomerRow = Row & { readonly customer: string; readonly events: number };

/** One row for each customer. */
export const customerTotals: Projection<CustomerRow, ItemEvent> = {
  name: 'customer-totals',
  version: 1,
  reads: 'sealed',
  table: {
    columns: { customer: { type: 'uuid' }, events: { type: 'integer' }, last: { type: 'bigint' } },
    primaryKey: ['customer'],
    owner: 'customer',
  },
  keys: ({ key }) => [[key]],
  when: {
    'item.added': (row, event) => total(row, event),
    'item.moved': (row, event) => total(row, event),
    'item.removed': (row, event) => total(row, event),
    'item.broken': () => undefined,
    'customer.erased': () => gone,
  },
};

const total = (row: CustomerRow | undefined, { key, position }: ItemEvent): CustomerRow => ({
  ...{ customer: key, events: (row?.events ?? 0) + 1, last: position },
});

export const sampleProjections: readonly Projection[] = [itemLog, items, customerTotals];

export const customer = (number: number): string => `0198a000-0000-8000-8000-${String(number).padStart(12, '0')}`;

const someItem = fc.constantFrom('bag', 'lamp', 'کیف', 'z'.repeat(50));
const someAmount = fc.constantFrom('1', '2.50', '010.0', '-3');

/** Few customers and items, so that events meet. */
export const someHappening: fc.Arbitrary<Happening> = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }).map(customer),
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          type: fc.constant('item.added'),
          data: fc.record({ item: someItem, amount: someAmount }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ type: fc.constant('item.moved'), data: fc.record({ from: someItem, to: someItem }) }),
      },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('item.removed'), data: fc.record({ item: someItem }) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('item.broken'), data: fc.record({ item: someItem }) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('customer.erased'), data: fc.constant({}) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('of.no.interest'), data: fc.constant({}) }) },
    ),
  )
  .map(([key, rest]) => ({ key, ...rest }));

/** A build's rows, as `foldInMemory` would give them. */
export async function storedRows(db: pg.ClientBase, ref: BuildRef, projection: Projection): Promise<Map<string, Row>> {
  const table = new BuildTable(ref, projection);
  const { name, shape } = table;
  const { rows } = await db.query<(string | null)[]>({
    text: `SELECT ${table.selectList('t')} FROM ${name} t`,
    rowMode: 'array',
    types: asText,
  });
  return new Map(
    rows.map((texts) => {
      const wires = texts.map((text, index) => fromText(shape.columns[index]?.type ?? 'text', text));
      return [keyText(keyOfRow(shape, wires)), decodeRow(shape, wires)];
    }),
  );
}

export interface Crash {
  /** The statement at which it happens, counted over all connections from 1. */
  readonly at: number;
  /** Before it is sent, or after it was executed and before its answer arrives. */
  readonly when: 'before' | 'after';
  /** The whole process is gone: nothing is answered any more. Else only this connection. */
  readonly forGood: boolean;
}

/** A mistake for the tests to find: what happens in place of a statement. */
export interface Plant {
  readonly replaces: (text: string) => boolean;
  readonly instead: (parameters: readonly unknown[]) => Promise<unknown>;
}

/** A pool whose process dies, or loses a connection, at a statement of choice. */
export function crashingPool(
  url: string,
  crash: Crash,
  plant?: Plant,
): { readonly pool: pg.Pool; readonly crashed: () => boolean } {
  let statements = 0;
  let dead = false;
  const terminated = (): Error => new Error('Connection terminated unexpectedly');

  class CrashingClient extends pg.Client {
    // The overloads of `query` come to this one call: with a callback from the pool, with a promise from everybody else.
    override query(...parameters: never[]): never {
      const last: unknown = parameters.at(-1);
      const callback = typeof last === 'function' ? (last as (error: unknown, result?: unknown) => void) : undefined;
      const answer = this.#run(callback ? parameters.slice(0, -1) : parameters);
      if (!callback) return answer as never;
      answer.then((result) => {
        callback(undefined, result);
      }, callback);
      return undefined as never;
    }

    async #run(parameters: never[]): Promise<unknown> {
      if (dead && crash.forGood) throw terminated();
      const isNow = ++statements === crash.at;
      if (isNow && crash.when === 'before') this.#break();
      const isPlanted = plant?.replaces(textOf(parameters[0]));
      const run = super.query as (...all: never[]) => Promise<unknown>;
      const result: unknown = await (isPlanted ? plant?.instead(parameters) : run.apply(this, parameters));
      if (isNow) this.#break();
      if (isNow || (dead && crash.forGood)) throw terminated();
      return result;
    }

    #break(): void {
      dead = true;
      const { connection } = this as unknown as { connection: { stream: { destroy(): void } } };
      connection.stream.destroy();
    }
  }

  const Client = CrashingClient as typeof pg.Client;
  const pool = new pg.Pool({ connectionString: url, max: 6, ...sessionOf('crashing'), Client });
  pool.on('error', () => undefined);
  return { pool, crashed: () => dead };
}

const textOf = (query: unknown): string => (typeof query === 'string' ? query : (query as { text: string }).text);

/** Everything at once, nothing waited for longer than needed. */
export const quick = { pollMs: 4, backoffMs: 1, maxBackoffMs: 4, poisonAttempts: 2 };

/** A database for projections, and hosts over it that are stopped at the end of a test. */
export class TestEngine {
  readonly #hosts: ProjectionHost[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly pool: pg.Pool,
  ) {}

  static async open(): Promise<TestEngine> {
    const database = await testDatabase(projectionsMigrations);
    return new TestEngine(database, createPool({ url: database.url, max: 24, applicationName: 'test' }));
  }

  get db(): pg.Client {
    return this.database.owner;
  }

  parts(log: TestLog, over: pg.Pool = this.pool): ProjectionParts {
    return { pool: over, source: storeSubscription(log), decode: asRead };
  }

  start(parts: ProjectionHostParts, projections: readonly Projection[]): ProjectionHost {
    const host = startProjections({ ...parts, settings: { ...quick, ...parts.settings } }, projections);
    this.#hosts.push(host);
    return host;
  }

  admin(log: TestLog, projections: readonly Projection[] = sampleProjections): ProjectionAdmin {
    return projectionAdmin(this.parts(log), projections);
  }

  /** Every build of the projections has applied everything. */
  async isAtHead(log: TestLog, projections: readonly Projection[]): Promise<boolean> {
    const head = await log.head();
    for (const { name } of projections) {
      const builds = await listBuilds(this.db, name);
      if (builds.length === 0 || builds.some(({ position }) => position < head)) return false;
    }
    return true;
  }

  /** Runs a host until every build has applied everything. */
  async catchUp(
    log: TestLog,
    settings: Partial<ProjectionSettings> = {},
    projections: readonly Projection[] = sampleProjections,
  ): Promise<void> {
    const host = this.start({ ...this.parts(log), settings }, projections);
    await until(() => this.isAtHead(log, projections), 'every build at the head').finally(() => host.stop());
  }

  async active(projection: Projection): Promise<BuildRef> {
    const known = await activeBuilds(this.db, projection.name);
    if (!known) throw new Error(`${projection.name} has no build`);
    return known.active;
  }

  async rows(projection: Projection): Promise<Map<string, Row>> {
    return storedRows(this.db, await this.active(projection), projection);
  }

  /** Positions that are parked in the active build. */
  async parked(projection: Projection): Promise<Position[]> {
    const { build } = await this.active(projection);
    const { rows } = await this.db.query<{ position: string }>(
      `SELECT position FROM es.parked WHERE name = $1 AND build = $2 AND status = 'parked' ORDER BY position`,
      [projection.name, build],
    );
    return rows.map(({ position }) => BigInt(position));
  }

  /** Stored rows and parked events are those of a fold of the log in memory. */
  async equalsTheLog(log: TestLog, projection: Projection): Promise<void> {
    const expected = await foldInMemory(projection, log.events);
    expect(await this.rows(projection)).toEqual(expected.rows);
    expect(await this.parked(projection)).toEqual(expected.setAside.map(({ event }) => event.position));
  }

  /**
   * Runs a projection in a process that dies at a statement, then in another one to the end. Answers whether the first got
   * as far as that statement.
   */
  async crashAndRecover(log: TestLog, projection: Projection, crash: Crash, plant?: Plant): Promise<boolean> {
    await this.forgetEverything();
    const { pool, crashed } = crashingPool(this.database.url, crash, plant);
    const settings = { ...quick, batchSize: 4, fillBatchSize: 4, pollMs: 20 };
    const host = startProjections({ ...this.parts(log, pool), settings }, [projection]);
    const atHead = (): Promise<boolean> => this.isAtHead(log, [projection]);
    await until(async () => (crashed() && crash.forGood) || (await atHead()), 'at the head or dead');
    const reached = crashed();
    await host.stop();
    await pool.end();
    await this.expireLeases();
    await this.catchUp(log, { batchSize: 3, fillBatchSize: 3 }, [projection]);
    return reached;
  }

  /** After a kill: what the dead process held comes free with time, for which no test waits. */
  async expireLeases(): Promise<void> {
    await this.db.query(`UPDATE es.consumers SET lease_until = clock_timestamp() - interval '1 second'`);
  }

  async forgetEverything(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.stop()));
    await this.db.query(`TRUNCATE es.consumers, es.parked, es.projections; DROP SCHEMA rm CASCADE; CREATE SCHEMA rm;
      GRANT USAGE, CREATE ON SCHEMA rm TO safar_app`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.stop()));
    await this.pool.end();
    await this.database.drop();
  }
}

/** Waits for something that is on its way; fails when it does not come. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`did not come to pass: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
