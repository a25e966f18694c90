import type pg from 'pg';
import type { Position, Projection, Row } from '#kernel';
import { eventStoreMigrations } from '#platform/event-store';
import { createPool, type Migration } from '#platform/postgres';
import { testDatabase, until, type TestDatabase } from '#testing';
import { type BuildRef, storeSubscription } from '#platform/consumers';
import { asText } from './apply-page.js';
import { BuildTable } from './build-table.js';
import { activeBuilds, listBuilds } from './builds.js';
import { crashingPool, type Crash, type Plant } from '../consumers/crashing-pool.conformance.js';
import { foldInMemory } from './fold-in-memory.js';
import { type ProjectionParts } from './lane-consumer.js';
import { projectionAdmin, type ProjectionAdmin } from './projection-admin.js';
import { startProjections, type ProjectionHost, type ProjectionHostParts } from './projection-host.js';
import { projectionsMigrations } from './projection-tables.js';
import { decodeRow, fromText, keyOfRow, keyText } from './row-codec.js';
import { asRead, sampleProjections, type TestLog } from './sample-projections.conformance.js';
import { type ProjectionSettings } from './settings.js';

/** Everything at once, nothing waited for longer than needed. */
export const quick = { pollMs: 4, restRatio: 0, backoffMs: 1, maxBackoffMs: 4, poisonAttempts: 2 };

/** A database for projections, and hosts over it that are stopped at the end of a test. */
export class TestEngine {
  readonly #hosts: ProjectionHost[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly pool: pg.Pool,
  ) {}

  static async open(others: readonly Migration[] = []): Promise<TestEngine> {
    const database = await testDatabase([...eventStoreMigrations, ...projectionsMigrations, ...others]);
    return new TestEngine(
      database,
      createPool({ url: database.url, max: 24, applicationName: 'test', pipeline: true }),
    );
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
    patienceMs = 60_000,
  ): Promise<void> {
    const host = this.start({ ...this.parts(log), settings }, projections);
    const atHead = (): Promise<boolean> => this.isAtHead(log, projections);
    await until(atHead, 'every build at the head', patienceMs).finally(() => host.stop());
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
    // A mistake may show in that it never gets there.
    await this.catchUp(log, { batchSize: 3, fillBatchSize: 3 }, [projection], plant ? 10_000 : undefined);
    return reached;
  }

  /** After a kill: what the dead process held comes free with time, for which no test waits. */
  async expireLeases(): Promise<void> {
    await this.db.query(`UPDATE es.consumers SET lease_until = clock_timestamp() - interval '1 second'`);
  }

  async forgetEverything(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.stop()));
    await this.db.query(`UPDATE es.store SET epoch = 1;
      TRUNCATE es.consumers, es.parked, es.projections, es.unapplied_erasures; DROP SCHEMA rm CASCADE; CREATE SCHEMA rm;
      GRANT USAGE, CREATE ON SCHEMA rm TO safar_app`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.stop()));
    await this.pool.end();
    await this.database.drop();
  }
}

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

export { until };
