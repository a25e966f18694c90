import { testDatabase, type TestDatabase } from '#testing';
import { describeEventStore, type Given } from '../event-store.conformance.js';
import type { EventStore } from '../event-store.port.js';
import { layOutStore } from './admin.js';
import { eventStoreMigrations } from './migrations.js';
import { openPostgresEventStore } from './postgres-event-store.js';

const databases: TestDatabase[] = [];

async function make({ startPosition, streams = [] }: Given = {}): Promise<EventStore> {
  const database = await testDatabase(eventStoreMigrations);
  databases.push(database);
  if (startPosition !== undefined) await layOutStore(database.url, { startPosition });
  for (const { stream, version } of streams)
    await database.owner.query(
      `INSERT INTO es.streams (stream, category, marked_version, marked_position) VALUES ($1, split_part($1, '-', 1), $2, 0)`,
      [stream, version],
    );
  return openPostgresEventStore({ url: database.url, pollMs: 50 });
}

afterAll(async () => {
  for (const database of databases) await database.drop();
});

describeEventStore('PostgreSQL', make);
