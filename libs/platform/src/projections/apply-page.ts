import type pg from 'pg';
import {
  type DecodedPage,
  idleLeases,
  type LaneRef,
  type Lease,
  type Move,
  moveCheckpoint,
  moveCheckpointAndInsert,
  type Queryable,
  type Statement,
  transaction,
  transactionAtOnce,
} from '#platform/consumers';
import { type BuildTable } from './build-table.js';
import { type Folded, type Folding } from './folding.js';
import { park, type ParkedBefore } from './parked-events.js';
import { fromText } from './row-codec.js';
import { RowSet, type TableChanges } from './row-set.js';

/** A page folded: what it does to the table, and what it set aside. */
export interface FoldedPage {
  readonly folded: Folded;
  readonly writes: readonly Statement[];
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

/** A page to apply; already folded where that needs nothing of the table. */
export interface ApplicablePage extends DecodedPage {
  /** Of the lane's feed, at `upTo`. */
  readonly cursor: string | null;
  readonly ahead?: FoldedPage;
}

/**
 * Rows, parked events and checkpoint of one page in one transaction: all of it happened or nothing, whenever the process or
 * the connection dies. Answers the lease with the new position; only then may anything be remembered.
 */
export function applyPage(target: Target, lease: Lease, page: ApplicablePage, before: ParkedBefore): Promise<Applied> {
  const insertion = onlyInsertion(page.ahead);
  if (page.ahead && insertion && !lease.filled)
    return fillPage(target, lease, { to: page.upTo, cursor: page.cursor, folded: page.ahead.folded, insertion });
  const { pool, lane, table, folding, leaseMs } = target;
  if (page.condemned.size === 0 && !page.events.some((event) => folding.handles(event)))
    return passOver(target, lease, { to: page.upTo, cursor: page.cursor });
  return transaction(pool, `BEGIN; ${settingsOf(lease)}`, async (client) => {
    const moved = await moveCheckpoint(client, lane, lease, { to: page.upTo, cursor: page.cursor, leaseMs });
    const rows = new RowSet(table.shape);
    if (!page.ahead) await loadRows(client, table, rows, folding.keysOf(page.events));
    const { folded, writes } = page.ahead ?? foldPage(target, page, before, rows);
    target.onSetAside(folded);
    await runWrites(client, writes);
    await park(client, lane, folded, { readAfter: page.readAfter, attempts: target.attempts });
    return { lease: moved, folded };
  });
}

/** A page of events that the projection does not handle. */
async function passOver(
  { pool, lane, leaseMs }: Target,
  lease: Lease,
  move: Pick<Move, 'to' | 'cursor'>,
): Promise<Applied> {
  const moved = await idleLeases(pool).passOver(lane, lease, { ...move, leaseMs });
  return { lease: moved, folded: { setAside: [], superseded: new Map() } };
}

/**
 * A page of a build that is being filled, when all it does is insert rows: in one round trip. Between two round trips this
 * process folds the next page for ten or more milliseconds, in which PostgreSQL would have nothing to do.
 */
async function fillPage(
  { pool, lane, leaseMs, onSetAside }: Target,
  lease: Lease,
  { folded, ...move }: Pick<Move, 'to' | 'cursor'> & { readonly folded: Folded; readonly insertion: Statement },
): Promise<Applied> {
  onSetAside(folded);
  const moved = await transactionAtOnce(pool, `BEGIN; ${settingsOf(lease)}`, (client) =>
    moveCheckpointAndInsert(client, lane, lease, { ...move, leaseMs }),
  );
  return { lease: moved, folded };
}

function onlyInsertion(ahead: FoldedPage | undefined): Statement | undefined {
  if (!ahead || ahead.folded.setAside.length > 0 || ahead.folded.superseded.size > 0) return undefined;
  const [write, ...others] = ahead.writes;
  return write?.inserts && others.length === 0 ? write : undefined;
}

/** Pure: where nothing is loaded, a page can be folded while the one before it is still being written. */
export function foldPage(
  { table, folding }: Pick<Target, 'table' | 'folding'>,
  { events, condemned }: DecodedPage,
  { keys }: ParkedBefore,
  rows: RowSet,
): FoldedPage {
  const folded = folding.fold(events, rows, { parked: keys, condemned });
  return { folded, writes: writesOf(table, rows.changes()) };
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

/** One statement for each kind of change: a batch has rows to write, seldom any to remove. */
export function writesOf(table: BuildTable, { wiped, removed, written }: TableChanges): readonly Statement[] {
  return [
    ...(wiped.length > 0 ? [table.deleteOwners(wiped)] : []),
    ...(removed.length > 0 ? [table.deleteRows(removed)] : []),
    ...(written.length > 0 ? [table.write(written)] : []),
  ];
}

export async function runWrites(client: Queryable, writes: readonly Statement[]): Promise<void> {
  for (const write of writes) await client.query(prepared(write));
}

const prepared = ({ name, text, values }: Statement): { name: string; text: string; values: Buffer[] } => ({
  name,
  text,
  values: [...values],
});

/** Every column as PostgreSQL's text: `fromText` knows the types better than their ids do. */
export const asText = { getTypeParser: () => (text: string) => text };
