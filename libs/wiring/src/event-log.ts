import type pg from 'pg';
import {
  type EventStoreDbPlace,
  eventStoreDbAddress,
  type FinishedFlush,
  furthestCheckpoint,
  keepLogInEventStoreDb,
  type LogPlace,
  logPlace,
  openEventStoreDb,
  openPostgresEventStore,
  type OperatedEventStore,
  StoreGuardError,
} from '#platform/event-store';
import { type Config } from './config/config.js';

export interface EventLogParts {
  readonly pool: pg.Pool;
  /** Of the database's owner. */
  readonly url: string;
  readonly applicationName: string;
  readonly onFlushed: (flush: FinishedFlush) => void;
}

/**
 * The log where the configuration has it: in the database beside everything else, or in EventStoreDB.
 * @throws StoreGuardError when the log was begun elsewhere
 */
export function openEventLog(config: Config, parts: EventLogParts): Promise<OperatedEventStore> {
  const { queueLimit } = config.store;
  if (config.eventStoreDb) return openInEventStoreDb(config.eventStoreDb, queueLimit, parts);
  const { url, applicationName, onFlushed } = parts;
  return openPostgresEventStore({ url, applicationName, queueLimit, onFlushed });
}

/** For people: which server has the log, where the database has not; nothing else of the connection string. */
export const describeEventLog = ({ eventStoreDb }: Pick<Config, 'eventStoreDb'>): string | undefined =>
  eventStoreDb &&
  `EventStoreDB on ${eventStoreDbAddress(eventStoreDb.url)?.hosts.join(', ') ?? '?'}, streams ${eventStoreDb.namespace ?? 'safar'}.*`;

async function openInEventStoreDb(
  place: EventStoreDbPlace,
  queueLimit: number,
  { pool, url, onFlushed }: EventLogParts,
): Promise<OperatedEventStore> {
  const here = await logPlace(pool);
  const isNew = here.keptIn === 'postgresql';
  if (isNew && !here.isEmpty) throw inDatabase();
  // Beyond the epoch in which the empty log here was open: whoever has it open still can append nothing to it.
  const identity = { storeId: here.storeId, beginsIn: isNew ? here.epoch + 1n : undefined };
  const store = await openEventStoreDb({ ...place, queueLimit, onFlushed, identity });
  try {
    const bound = isNew ? await keepLogInEventStoreDb(url, store.epoch) : here;
    await checkBound(pool, store, bound);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function checkBound(pool: pg.Pool, store: OperatedEventStore, bound: LogPlace): Promise<void> {
  if (bound.keptIn === 'postgresql') throw inDatabase();
  const problem = boundProblem(bound, store, await store.head(), await furthestCheckpoint(pool, store.epoch));
  if (problem) throw problem;
}

/** What keeps a log in EventStoreDB from being opened with the database that everything was read into from it. */
export function boundProblem(
  bound: Pick<LogPlace, 'epoch'>,
  { epoch }: Pick<OperatedEventStore, 'epoch'>,
  head: bigint,
  furthest: bigint,
): StoreGuardError | undefined {
  if (epoch !== bound.epoch)
    return new StoreGuardError(
      `EventStoreDB has the log in epoch ${epoch.toString()}, and the database in ${bound.epoch.toString()}.`,
      `One of them was restored without the other, or a new epoch was begun in one of them only. ${RAISE_EPOCH}`,
    );
  if (furthest > head)
    return new StoreGuardError(
      `Events up to position ${furthest.toString()} were applied, and the log in EventStoreDB ends at ${head.toString()}.`,
      `Restore EventStoreDB from a later backup. If these events are gone for good: ${RAISE_EPOCH}`,
    );
  return undefined;
}

const RAISE_EPOCH = 'Continue with both as they are: safar store raise-epoch (docs/how-to/backup-and-restore.md).';

/** Why a log in the database cannot be one in EventStoreDB. */
export const inDatabase = (): StoreGuardError =>
  new StoreGuardError(
    'SAFAR_EVENTSTORE_URL is set, and the log of this installation is in PostgreSQL: events are there already.',
    'Leave it unset, or begin with an empty database: a log stays where it was begun.',
  );
