import { createHash } from 'node:crypto';
import { canonicalJson, type ColumnType, type Projection, type Table } from '#kernel';
import { type BuildRef, type Statement } from '#platform/consumers';
import { arrayType, binaryArray } from './binary-arrays.js';
import { selected, shapeOf, type ColumnShape, type TableShape, type Wire } from './row-codec.js';

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
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

/** PostgreSQL cuts identifiers at 63 bytes; the version, the build and the number of an index need the rest. */
const PROJECTION_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const COLUMN_NAME = /^[a-z][a-z0-9_]{0,62}$/;
const MAX_NAME_CHARACTERS = 40;

export const baseName = ({ name, version, build }: BuildRef): string =>
  `${name.replaceAll('-', '_')}_v${String(version)}_b${String(build)}`;

export const tableName = (ref: BuildRef): string => `rm.${baseName(ref)}`;

/** @throws when a projection is declared in a way that cannot be stored. */
export function checkDeclaration({ name, version, table }: Projection): void {
  if (!PROJECTION_NAME.test(name) || name.length > MAX_NAME_CHARACTERS)
    throw new Error(`a projection's name is kebab-case, at most ${String(MAX_NAME_CHARACTERS)} characters: ${name}`);
  if (!Number.isInteger(version) || version < 1)
    throw new Error(`the version of ${name} must be a whole number from 1`);
  for (const column of Object.keys(table.columns))
    if (!COLUMN_NAME.test(column)) throw new Error(`a column of ${name} is not snake_case: ${column}`);
  const { columns, key, owner } = shapeOf(table);
  if (key.length === 0) throw new Error(`${name} has no primary key`);
  for (const place of [...key, owner])
    if (columns[place]?.nullable) throw new Error(`key columns of ${name} may not be nullable`);
  const ownerType = columns[owner]?.type;
  if (ownerType !== 'uuid' && ownerType !== 'text') throw new Error(`the owner of ${name} must be uuid or text`);
}

/** Changes when the table does: the same version must not be continued with another shape. */
export const definitionOf = ({ table, reads, appendOnly }: Projection): string =>
  createHash('sha256').update(canonicalJson({ table, reads, appendOnly })).digest('hex').slice(0, 16);

const quoted = (name: string): string => `"${name}"`;

function columnSql({ name, type, nullable, collation }: ColumnShape): string {
  // Bytewise unless declared: it is the fastest and does not change with the operating system under an index.
  const collated = type === 'text' ? ` COLLATE "${(collation ?? 'C').replaceAll('"', '')}"` : '';
  return `${quoted(name)} ${SQL_TYPES[type]}${collated}${nullable ? '' : ' NOT NULL'}`;
}

/** What a build needs from its first event. Erasing looks for rows by owner, so that index is never left for later. */
export function createTableSql(ref: BuildRef, table: Table): string[] {
  const columns = shapeOf(table).columns.map(columnSql);
  const key = table.primaryKey.map(quoted).join(', ');
  const create = `CREATE TABLE ${tableName(ref)} (${columns.join(', ')}, PRIMARY KEY (${key}))`;
  if (table.primaryKey[0] === table.owner) return [create];
  return [create, `CREATE INDEX ${baseName(ref)}_owner ON ${tableName(ref)} (${quoted(table.owner)})`];
}

/** The declared indexes: made after the build has caught up, which is cheaper than keeping them while it is filled. */
export const createIndexesSql = (ref: BuildRef, table: Table): string[] =>
  (table.indexes ?? []).map(
    ({ on, using, where }, index) =>
      `CREATE INDEX IF NOT EXISTS ${baseName(ref)}_i${String(index)} ON ${tableName(ref)} USING ${using ?? 'btree'} (${on})` +
      (where === undefined ? '' : ` WHERE ${where}`),
  );

/** What the planner has to know. Documents are not sorted or joined by, and reading them takes most of the time. */
export const analyzeSql = (ref: BuildRef, table: Table): string =>
  `ANALYZE ${tableName(ref)} (${shapeOf(table)
    .columns.filter(({ type }) => type !== 'json')
    .map(({ name }) => quoted(name))
    .join(', ')})`;

/** The set-based statements on a build's table. */
export class BuildTable {
  readonly shape: TableShape;
  readonly name: string;
  readonly #keyColumns: readonly ColumnShape[];
  readonly #ownerColumn: ColumnShape;

  constructor(
    ref: BuildRef,
    private readonly projection: Projection,
  ) {
    this.shape = shapeOf(projection.table);
    this.name = tableName(ref);
    this.#keyColumns = this.shape.key.flatMap((place) => this.shape.columns[place] ?? []);
    const owner = this.shape.columns[this.shape.owner];
    if (!owner) throw new RangeError('no owner column');
    this.#ownerColumn = owner;
  }

  /** The columns to read so that `fromText` understands them. */
  selectList(table: string): string {
    return this.shape.columns.map((column) => selected(column, table)).join(', ');
  }

  /** In the order of `compareKeys`. */
  orderList(table: string): string {
    return this.#keyColumns
      .map(({ name, type }) => `${table}.${quoted(name)}${type === 'text' ? ' COLLATE "C"' : ''}`)
      .join(', ');
  }

  /** Rows by key: one index look-up for each, whatever the planner thinks of a table that nobody analysed yet. */
  load(keys: readonly (readonly Wire[])[]): Statement {
    const matches = this.#keyColumns.map(({ name }) => `t.${quoted(name)} = k.${quoted(name)}`).join(' AND ');
    const source = unnest(this.#keyColumns, 'k');
    return statement(
      `SELECT ${this.selectList('t')} FROM ${source} JOIN ${this.name} t ON ${matches}`,
      this.#keyColumns,
      keys,
    );
  }

  /**
   * New and changed rows in one statement. Where each event makes rows of its own, a row that is already there is a mistake
   * of the fold and must not be written over: a plain INSERT says so, and is cheaper.
   */
  write(rows: readonly (readonly Wire[])[]): Statement {
    const { columns } = this.shape;
    const names = columns.map(({ name }) => quoted(name)).join(', ');
    const values = columns
      .map(({ name, type }) => `x.${quoted(name)}${type === 'numeric' ? '::numeric' : ''}`)
      .join(', ');
    const insert = `INSERT INTO ${this.name} (${names}) SELECT ${values} FROM ${unnest(columns, 'x')}`;
    return this.projection.appendOnly
      ? { ...statement(insert, columns, rows), inserts: true }
      : statement(`${insert} ${this.#onConflict()}`, columns, rows);
  }

  /** Every row of these owners. */
  deleteOwners(owners: readonly string[]): Statement {
    const { name } = this.#ownerColumn;
    return statement(
      `DELETE FROM ${this.name} t USING ${unnest([this.#ownerColumn], 'o')} WHERE t.${quoted(name)} = o.${quoted(name)}`,
      [this.#ownerColumn],
      owners.map((owner) => [owner]),
    );
  }

  /** Single rows, by key and then owner: a row of somebody else is not this event's to remove. */
  deleteRows(keysAndOwners: readonly (readonly Wire[])[]): Statement {
    const owner = { ...this.#ownerColumn, name: 'row owner' };
    const columns = [...this.#keyColumns, owner];
    const matches = this.#keyColumns.map(({ name }) => `t.${quoted(name)} = k.${quoted(name)}`).join(' AND ');
    return statement(
      `DELETE FROM ${this.name} t USING ${unnest(columns, 'k')} WHERE ${matches} AND t.${quoted(this.#ownerColumn.name)} = k."row owner"`,
      columns,
      keysAndOwners,
    );
  }

  #onConflict(): string {
    const { primaryKey, columns } = this.projection.table;
    const others = Object.keys(columns).filter((name) => !primaryKey.includes(name));
    const target = `ON CONFLICT (${primaryKey.map(quoted).join(', ')})`;
    if (others.length === 0) return `${target} DO NOTHING`;
    return `${target} DO UPDATE SET ${others.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ')}`;
  }
}

function unnest(columns: readonly ColumnShape[], alias: string): string {
  const parameters = columns.map(({ type }, index) => `$${String(index + 1)}::${arrayType[type]}`).join(', ');
  return `unnest(${parameters}) AS ${alias}(${columns.map(({ name }) => quoted(name)).join(', ')})`;
}

function statement(text: string, columns: readonly ColumnShape[], rows: readonly (readonly Wire[])[]): Statement {
  return {
    name: createHash('sha256').update(text).digest('base64url').slice(0, 22),
    text,
    values: columns.map(({ type }, index) => binaryArray(type, rows, index)),
  };
}
