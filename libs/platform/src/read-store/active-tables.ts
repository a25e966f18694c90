import type pg from 'pg';

/** Names in curly brackets, as in `SELECT … FROM {customers}`. */
const PLACEHOLDER = /\{([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\}/g;

/** Statements whose placeholders are remembered; there are as many as the code has queries. */
const MAX_TEMPLATES = 1000;
const templates = new Map<string, readonly string[]>();

/** A query named a read model that no projector has started yet. */
export class ReadModelMissingError extends Error {
  override readonly name = 'ReadModelMissingError';
  constructor(readonly projection: string) {
    super(`there is no read model ${projection} yet; start the projector`);
  }
}

/** What is read is of another version than the query, and does not have what it asks for: until there is a build of its version. */
export class ReadModelOutdatedError extends ReadModelMissingError {
  constructor(projection: string) {
    super(projection);
    this.message = `the read model ${projection} is of another version; it is being rebuilt, or waits to be promoted`;
  }
}

/** Current versions of read models, by name. */
export type Versions = ReadonlyMap<string, number>;

/** The first of the tables that is of another version than the code. */
export const outdatedIn = (tables: Tables, versions: Versions): string | undefined =>
  [...tables].find(([name, table]) => {
    const version = versions.get(name);
    return version !== undefined && !table.includes(`_v${String(version)}_b`);
  })?.[0];

/** The read models that a statement names. */
export function namesIn(sql: string): readonly string[] {
  const known = templates.get(sql);
  if (known) return known;
  const names = [...new Set(Array.from(sql.matchAll(PLACEHOLDER), ([, name = '']) => name))].sort();
  if (templates.size < MAX_TEMPLATES) templates.set(sql, names);
  return names;
}

/** Names of tables by read model. */
export type Tables = ReadonlyMap<string, string>;

export const withTables = (sql: string, tables: Tables): string =>
  sql.replaceAll(PLACEHOLDER, (_placeholder, name: string) => {
    const table = tables.get(name);
    if (table === undefined) throw new ReadModelMissingError(name);
    return table;
  });

/** The statement that tells which builds are active now. */
export const LOOK_UP = {
  name: 'safar active builds',
  text: `SELECT name, 'rm.' || replace(name, '-', '_') || '_v' || active_version || '_b' || active_build AS table_name
    FROM es.projections WHERE name = ANY ($1::text[])`,
};

export const tablesOf = ({ rows }: pg.QueryResult<{ name: string; table_name: string }>): Tables =>
  new Map(rows.map(({ name, table_name: table }) => [name, table]));

export const areEqual = (one: Tables, other: Tables): boolean =>
  one.size === other.size && [...one].every(([name, table]) => other.get(name) === table);
