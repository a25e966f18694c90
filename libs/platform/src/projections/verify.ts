import type { Position, Projection, RecordedEvent } from '#kernel';
import { START } from '#kernel';
import { type BuildRef, laneOf, type Queryable, transaction } from '#platform/consumers';
import { asText } from './apply-page.js';
import { BuildTable } from './build-table.js';
import { activeBuilds } from './builds.js';
import { eventStream } from './event-stream.js';
import { MemoryFold } from './fold-in-memory.js';
import { type ProjectionParts } from './lane-consumer.js';
import { fromText, ownerOfRow, type Wire } from './row-codec.js';
import { Comparison, hashRows, type Compared } from './row-comparison.js';
import { unappliedErasures } from './unapplied-erasures.js';

/** What became of comparing a read model with the log; rows of parked keys, and of keys whose erasure it has yet to apply, are not among them. */
export interface Verified extends BuildRef, Compared {
  readonly ok: boolean;
  /** Up to where the log was folded: the checkpoint of each lane. */
  readonly positions: readonly Position[];
  /** SHA-256 over the rows that were compared, in key order. Equal tables have equal hashes, on any machine. */
  readonly hash: string;
  /** Keys that cannot be compared: an event of theirs is parked. */
  readonly parkedKeys: readonly string[];
  /** Keys that cannot be compared: they were erased, and the build has not come to that. */
  readonly erasedKeys: readonly string[];
  /** Events that are not applied by decision. */
  readonly discarded: number;
}

export interface VerifyOptions {
  /** Rows to keep in memory at most, about: more means more passes over the log. */
  readonly maxRowsInMemory?: number;
}

const MAX_ROWS_IN_MEMORY = 250_000;
const FETCH = 5000;
/** An erasure destroys keys before the read models hear of it: what a snapshot still had, the log cannot tell any more. */
const LOOKS = 3;

/**
 * Compares every row of the active build with a fold of the log in memory, at one instant: rows and checkpoints are read in
 * one snapshot while consumers go on, and the log is folded to exactly those checkpoints. What differs is looked at again in a new
 * snapshot: a row that is wrong is wrong then, too, and one of somebody who was erased meanwhile is gone.
 */
export async function verifyProjection(
  parts: ProjectionParts,
  projection: Projection,
  options: VerifyOptions = {},
): Promise<Verified> {
  for (let looks = 1; ; looks++) {
    const verified = await verifyOnce(parts, projection, options);
    if (verified.ok || looks === LOOKS) return verified;
  }
}

async function verifyOnce(
  parts: ProjectionParts,
  projection: Projection,
  { maxRowsInMemory = MAX_ROWS_IN_MEMORY }: VerifyOptions,
): Promise<Verified> {
  return transaction(parts.pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async (client) => {
    const snapshot = await takeSnapshot(client, projection);
    const log = { ...parts, projection, maxRows: 2 * maxRowsInMemory };
    let passes = Math.max(1, Math.ceil(snapshot.rowCount / maxRowsInMemory));
    let comparison = await compareInPasses(client, snapshot, log, passes);
    // The log leads to far more rows than the table has.
    while (!comparison) comparison = await compareInPasses(client, snapshot, log, (passes *= 4));
    const hash = await hashRows(
      rowsOf(client, snapshot, () => true),
      snapshot.table.shape,
    );
    const compared = comparison.result();
    return { ...snapshot.ref, ...compared, ok: compared.differences === 0, hash, ...explained(snapshot) };
  });
}

interface Snapshot {
  readonly ref: BuildRef;
  readonly table: BuildTable;
  readonly rowCount: number;
  /** By lane. */
  readonly positions: readonly Position[];
  readonly parkedKeys: ReadonlySet<string>;
  readonly erasedKeys: ReadonlySet<string>;
  readonly discarded: ReadonlySet<Position>;
}

const explained = ({ positions, parkedKeys, erasedKeys, discarded }: Snapshot) => ({
  positions,
  parkedKeys: [...parkedKeys].sort(),
  erasedKeys: [...erasedKeys].sort(),
  discarded: discarded.size,
});

async function takeSnapshot(client: Queryable, projection: Projection): Promise<Snapshot> {
  const known = await activeBuilds(client, projection.name);
  if (!known) throw new Error(`${projection.name} has no build`);
  const ref = known.active;
  if (ref.version !== projection.version)
    throw new Error(
      `version ${String(ref.version)} of ${ref.name} is active, this code has version ${String(projection.version)}`,
    );
  const id = [ref.name, ref.version, ref.build];
  const table = new BuildTable(ref, projection);
  const lanes = await client.query<{ position: string }>(
    `SELECT position FROM es.consumers WHERE name = $1 AND version = $2 AND build = $3 ORDER BY lane`,
    id,
  );
  const parked = await client.query<{ key: string; position: string; status: string }>(
    `SELECT key, position, status FROM es.parked WHERE name = $1 AND version = $2 AND build = $3 AND status <> 'released'`,
    id,
  );
  const count = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${table.name}`);
  return {
    ref,
    table,
    rowCount: Number(count.rows[0]?.rows ?? 0),
    positions: lanes.rows.map(({ position }) => BigInt(position)),
    parkedKeys: new Set(parked.rows.filter(({ status }) => status === 'parked').map(({ key }) => key)),
    erasedKeys: new Set(await unappliedErasures(client, ref)),
    discarded: new Set(
      parked.rows.filter(({ status }) => status === 'discarded').map(({ position }) => BigInt(position)),
    ),
  };
}

interface ExpectedLog extends ProjectionParts {
  readonly projection: Projection;
  readonly maxRows: number;
}

/** Part by part of the keys, so that only that part's rows are in memory. `undefined`: the parts are too large. */
async function compareInPasses(
  client: Queryable,
  snapshot: Snapshot,
  log: ExpectedLog,
  passes: number,
): Promise<Comparison | undefined> {
  const comparison = new Comparison(snapshot.table.shape);
  for (let pass = 0; pass < passes; pass++) {
    const isMine = (key: string): boolean => laneOf(`part of ${key}`, passes) === pass;
    const expected = await expectedRows(log, snapshot, isMine);
    if (!expected) return undefined;
    await comparison.compare(expected, rowsOf(client, snapshot, isMine));
  }
  return comparison;
}

/** The rows that the log leads to, by the text of their key; `undefined` when they are too many. */
async function expectedRows(
  { source, decode, projection, maxRows }: ExpectedLog,
  { positions, parkedKeys, erasedKeys, discarded }: Snapshot,
  isMine: (key: string) => boolean,
): Promise<Map<string, readonly Wire[]> | undefined> {
  const fold = new MemoryFold(projection);
  const only = ({ key, position }: RecordedEvent): boolean =>
    position <= (positions[laneOf(key, positions.length)] ?? START) &&
    isMine(key) &&
    !parkedKeys.has(key) &&
    !erasedKeys.has(key) &&
    !discarded.has(position);
  const upTo = positions.reduce((furthest, position) => (position > furthest ? position : furthest), START);
  for await (const events of eventStream(source, decode, { after: START, upTo, reads: projection.reads, only })) {
    fold.add(events);
    // A single key may have more rows than fit: halving the keys again would not help.
    if (fold.rows.size > maxRows && fold.keys > 1) return undefined;
  }
  return new Map(fold.rows.rows());
}

/** Stored rows in key order. Owners are compared as they are stored, which for UUIDs is lower case. */
async function* rowsOf(
  client: Queryable,
  { table, parkedKeys, erasedKeys }: Snapshot,
  isMine: (key: string) => boolean,
): AsyncGenerator<readonly Wire[]> {
  const { columns } = table.shape;
  await client.query(
    `DECLARE verified NO SCROLL CURSOR FOR SELECT ${table.selectList('t')} FROM ${table.name} t ORDER BY ${table.orderList('t')}`,
  );
  for (;;) {
    const fetch = { text: `FETCH ${String(FETCH)} FROM verified`, rowMode: 'array', types: asText } as const;
    const { rows } = await client.query<(string | null)[]>(fetch);
    if (rows.length === 0) break;
    for (const texts of rows) {
      const wires = texts.map((text, index) => fromText(columns[index]?.type ?? 'text', text));
      const owner = ownerOfRow(table.shape, wires);
      if (isMine(owner) && !parkedKeys.has(owner) && !erasedKeys.has(owner)) yield wires;
    }
  }
  await client.query('CLOSE verified');
}
