import type { Position } from '#kernel';
import { FORWARDS, type RecordedEvent as StoredEvent } from '@eventstore/db-client';
import { StoreFencedError, StoreGuardError } from '../event-store.port.js';
import type { Connection } from './connection.js';
import type { Names } from './names.js';
import { idOf, json, positionOf } from './records.js';

const STORE_TYPE = 'safar.store';
const FORMAT = 1;
/** Each is a restore or a fail-over. */
const MOST_EPOCHS = 1_000;

/** Whose log it is to be. */
export interface StoreIdentity {
  /** UUID; a log of another id is refused. */
  readonly storeId: string;
  /** Of a log that is begun now. `undefined`: it is there, and none is begun. */
  readonly beginsIn: bigint | undefined;
}

/** What a store tells of itself. */
export interface StoreRecord {
  readonly storeId: string;
  readonly epoch: bigint;
  /** Of the first record: nothing of the store lies before. */
  readonly floor: Position;
  /** Of the last record in its stream. */
  readonly revision: bigint;
}

/** The store as it is; undefined where there is none. @throws StoreGuardError when another version of Safar wrote it */
export async function storeRecord(connection: Connection, names: Names): Promise<StoreRecord | undefined> {
  const found = await connection.read((client) =>
    client.readStream(names.store, {
      ...{ direction: FORWARDS, fromRevision: 'start', maxCount: MOST_EPOCHS, requiresLeader: true },
    }),
  );
  const records = (found ?? []).flatMap(({ event }) => (event ? [event] : []));
  const [first, last] = [records[0], records.at(-1)];
  return first && last && recordOf(first, last);
}

function recordOf(first: StoredEvent, last: StoredEvent): StoreRecord {
  const data = last.data as { readonly storeId: string; readonly epoch: string; readonly format: number };
  if (data.format !== FORMAT)
    throw new StoreGuardError(
      `The store was written by another version of Safar (format ${String(data.format)}).`,
      'Start the version that wrote it.',
    );
  return { storeId: data.storeId, epoch: BigInt(data.epoch), floor: positionOf(first), revision: last.revision };
}

/** The store of an identity, begun where it may be and is not there. */
export async function openStoreRecord(
  connection: Connection,
  names: Names,
  { storeId, beginsIn }: StoreIdentity,
): Promise<StoreRecord> {
  const found = (await storeRecord(connection, names)) ?? (await begin(connection, names, { storeId, beginsIn }));
  if (found.storeId !== storeId)
    throw new StoreGuardError(
      `${names.store} of this EventStoreDB belongs to another installation.`,
      'Correct SAFAR_EVENTSTORE_URL, or give this installation another SAFAR_EVENTSTORE_NAMESPACE.',
    );
  return found;
}

async function begin(connection: Connection, names: Names, { storeId, beginsIn }: StoreIdentity): Promise<StoreRecord> {
  if (beginsIn === undefined)
    throw new StoreGuardError(
      `This EventStoreDB has no ${names.store}, in which the log of this installation was begun.`,
      'Correct SAFAR_EVENTSTORE_URL and SAFAR_EVENTSTORE_NAMESPACE, or restore EventStoreDB from its backup.',
    );
  // Of several processes that begin it at once, one does; all read what it wrote.
  await connection.write(names.store, [written({ storeId, epoch: beginsIn }, -1n)], -1n);
  const begun = await storeRecord(connection, names);
  if (!begun) throw new Error('the store was begun and is not there');
  return begun;
}

/** Continues in a new epoch, which it answers: it is beyond the store's own, and beyond another. */
export async function raiseStoreEpoch(connection: Connection, names: Names, beyond: bigint): Promise<bigint> {
  for (;;) {
    const now = await storeRecord(connection, names);
    if (!now) throw new StoreGuardError(`This EventStoreDB has no ${names.store}.`, 'Correct SAFAR_EVENTSTORE_URL.');
    const epoch = (now.epoch > beyond ? now.epoch : beyond) + 1n;
    // Somebody else may do the same: whoever comes second raises theirs.
    if (await connection.write(names.store, [written({ storeId: now.storeId, epoch }, now.revision)], now.revision))
      return epoch;
  }
}

const written = ({ storeId, epoch }: Pick<StoreRecord, 'storeId' | 'epoch'>, after: bigint) =>
  json(
    idOf(storeId, epoch.toString(), after.toString()),
    STORE_TYPE,
    { storeId, epoch: epoch.toString(), format: FORMAT },
    {},
  );

/** @throws StoreFencedError when the store is not there any more, or in another epoch than a process that has it open */
export function demandEpoch(record: Pick<StoreRecord, 'epoch'> | undefined, epoch: bigint): void {
  if (!record)
    throw new StoreFencedError(
      'The log that was open is not in this EventStoreDB any more.',
      'Restore it from its backup, or correct SAFAR_EVENTSTORE_URL, and start this process again.',
    );
  if (record.epoch === epoch) return;
  throw new StoreFencedError(
    `The store is in epoch ${record.epoch.toString()}, the writer in ${epoch.toString()}.`,
    'Somebody restored the store or failed over. Restart this process, then rebuild the read models: safar projections status shows which.',
  );
}
