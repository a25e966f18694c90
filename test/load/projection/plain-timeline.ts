import type pg from 'pg';
import { timeline } from '#capabilities';
import { type ColumnType } from '#kernel';

const sqlTypes: { readonly [Type in ColumnType]: string } = {
  uuid: 'uuid',
  text: 'text',
  bigint: 'bigint',
  integer: 'integer',
  boolean: 'boolean',
  numeric: 'numeric',
  timestamp: 'timestamptz',
  jsonb: 'jsonb',
  json: 'json',
};

const columns = Object.entries(timeline.table.columns);
const names = columns.map(([name]) => name);
const key = timeline.table.primaryKey;
const update = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);

/** Columns of the timeline, in the order in which `upsertMany` and `upsertOne` take their values. */
export const timelineColumns: readonly string[] = names;

/** One array for each column. */
export const upsertMany = {
  name: 'upsert-many',
  text: `INSERT INTO public.timeline (${names.join(', ')})
    SELECT * FROM unnest(${columns.map(([, { type }], index) => `$${String(index + 1)}::${sqlTypes[type]}[]`).join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${update.join(', ')}`,
};

/** One value for each column. */
export const upsertOne = {
  name: 'upsert-one',
  text: `INSERT INTO public.timeline (${names.join(', ')}) VALUES (${names.map((_, index) => `$${String(index + 1)}`).join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${update.join(', ')}`,
};

/** A table of the same columns, key and indexes as the engine makes for the timeline. */
export async function createPlainTimeline(client: pg.ClientBase): Promise<void> {
  const definitions = columns.map(
    ([name, { type, nullable }]) => `${name} ${sqlTypes[type]}${nullable === true ? '' : ' NOT NULL'}`,
  );
  await client.query(
    `CREATE TABLE public.timeline (${definitions.join(', ')}, PRIMARY KEY (${key.join(', ')}));
     ${(timeline.table.indexes ?? []).map(({ on }) => `CREATE INDEX ON public.timeline (${on});`).join('\n')}
     CREATE TABLE public.timeline_checkpoint (position bigint NOT NULL);
     INSERT INTO public.timeline_checkpoint VALUES (0);`,
  );
}
