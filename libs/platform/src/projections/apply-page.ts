import type pg from 'pg';
import type { Position, RecordedEvent } from '#kernel';
import { type BuildTable, type Statement } from './build-table.js';
import { moveCheckpoint, type LaneRef, type Lease, type Queryable } from './checkpoint.js';
import { type Folded, type Folding } from './folding.js';
import { park, type ParkedBefore } from './parked-events.js';
import { fromText } from './row-codec.js';
import { RowSet, type TableChanges } from './row-set.js';
import { transaction } from './transaction.js';

/** One consumer's part of a page of the log, ready to be folded. */
export interface DecodedPage {
  /** Of this lane, decoded; an event that could not be decoded stands as it was read. */
  readonly events: readonly RecordedEvent[];
  readonly upTo: Position;
  /** Why single events cannot be applied. */
  readonly condemned: ReadonlyMap<Position, unknown>;
  /** Where reading must begin to meet an event first. */
  readonly readAfter: (event: RecordedEvent) => Position;
}

/** A build's table and handlers, and how to write to it. */
export interface Target {
  readonly pool: pg.Pool;
  readonly lane: LaneRef;
  readonly table: BuildTable;
  readonly folding: Folding;
  readonly leaseMs: number;
  /** Decides what to do about events that failed, before anything is written: throws to try again. */
  readonly onSetAside: (folded: Folded) => void;
  readonly attempts: number;
}

/**
 * Rows, parked events and checkpoint of one page in one transaction: all of it happened or nothing, whenever the process or
 * the connection dies. Answers the lease with the new position; only then may anything be remembered.
 */
export function applyPage(target: Target, lease: Lease, page: DecodedPage, before: ParkedBefore): Promise<Applied> {
  const { pool, lane, table, folding, leaseMs } = target;
  return transaction(pool, `BEGIN; ${settingsOf(lease)}`, async (client) => {
    const moved = await moveCheckpoint(client, lane, lease, { to: page.upTo, leaseMs });
    const rows = new RowSet(table.shape);
    await loadRows(client, table, rows, folding.keysOf(page.events));
    const folded = folding.fold(page.events, rows, { parked: before.keys, condemned: page.condemned });
    target.onSetAside(folded);
    await writeChanges(client, table, rows.changes());
    await park(client, lane, folded, { readAfter: page.readAfter, attempts: target.attempts });
    return { lease: moved, folded };
  });
}

export interface Applied {
  readonly lease: Lease;
  readonly folded: Folded;
}

/**
 * A build that is being filled needs no durable commit: rows and checkpoint are lost together, and are made again from the
 * log. Promoting it is durable, and makes durable what was committed before.
 * Look-ups by key are told to use the primary key: on a table that was never analysed the planner would rather read it whole.
 */
const settingsOf = ({ filled }: Lease): string =>
  `SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off; SET LOCAL jit = off;` +
  (filled ? '' : ` SET LOCAL synchronous_commit = off`);

export async function loadRows(
  client: Queryable,
  table: BuildTable,
  rows: RowSet,
  keys: Parameters<BuildTable['load']>[0],
): Promise<void> {
  if (keys.length === 0) return;
  const { columns } = table.shape;
  const result = await client.query<(string | null)[]>({
    ...prepared(table.load(keys)),
    rowMode: 'array',
    types: asText,
  });
  for (const texts of result.rows)
    rows.load(texts.map((text, index) => fromText(columns[index]?.type ?? 'text', text)));
}

export async function writeChanges(client: Queryable, table: BuildTable, changes: TableChanges): Promise<void> {
  if (changes.wiped.length > 0) await client.query(prepared(table.deleteOwners(changes.wiped)));
  if (changes.removed.length > 0) await client.query(prepared(table.deleteRows(changes.removed)));
  if (changes.written.length > 0) await client.query(prepared(table.write(changes.written)));
}

const prepared = ({ name, text, values }: Statement): { name: string; text: string; values: Buffer[] } => ({
  name,
  text,
  values: [...values],
});

/** Every column as PostgreSQL's text: `fromText` knows the types better than their ids do. */
export const asText = { getTypeParser: () => (text: string) => text };
