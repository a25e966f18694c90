import type { Position } from '#kernel';
import { Connection } from './connection.js';
import { LogReader } from './log-reader.js';
import { namesIn } from './names.js';
import { raiseStoreEpoch, type StoreRecord, storeRecord } from './store-record.js';

/** Which log of which server. */
export interface EventStoreDbPlace {
  readonly url: string;
  /** Beginning of the names of all its streams; `safar` unless told. */
  readonly namespace?: string | undefined;
}

export interface EventStoreDbState extends Pick<StoreRecord, 'storeId' | 'epoch'> {
  readonly head: Position;
}

const TIMING = { answerMs: 5_000, patienceMs: 15_000 };

/** What a server has of a log, also of one that cannot be opened as it is; undefined where there is none. */
export const eventStoreDbReport = (place: EventStoreDbPlace): Promise<EventStoreDbState | undefined> =>
  connected(place, async (connection, names) => {
    const record = await storeRecord(connection, names);
    if (!record) return undefined;
    const head = await new LogReader(connection, names, record.floor).head();
    return { storeId: record.storeId, epoch: record.epoch, head };
  });

/** Begins a new epoch after a restore or a fail-over, beyond the store's own and another, and answers it. */
export const raiseEventStoreDbEpoch = (place: EventStoreDbPlace, beyond: bigint): Promise<bigint> =>
  connected(place, (connection, names) => raiseStoreEpoch(connection, names, beyond));

async function connected<Value>(
  { url, namespace = 'safar' }: EventStoreDbPlace,
  work: (connection: Connection, names: ReturnType<typeof namesIn>) => Promise<Value>,
): Promise<Value> {
  const connection = new Connection(url, TIMING);
  try {
    return await work(connection, namesIn(namespace));
  } finally {
    await connection.close();
  }
}
