import { canonicalJson, jsonText, type Column, type ColumnType, type Row, type RowKey, type Table } from '#kernel';

/** A column's value between a row and the database: text for everything that is text or JSON there. */
export type Wire = string | number | bigint | boolean | null;

export interface ColumnShape extends Column {
  readonly name: string;
}

/** A table with its columns in the order in which wire values stand. */
export interface TableShape {
  readonly columns: readonly ColumnShape[];
  /** Places in `columns` of the primary key. */
  readonly key: readonly number[];
  /** Place in `columns` of the owner. */
  readonly owner: number;
}

/** A row that the table cannot hold: the fold made it, so the event that led to it is set aside. */
export class RowRefusedError extends Error {
  override readonly name = 'RowRefusedError';
}

export function shapeOf(table: Table): TableShape {
  const columns = Object.entries(table.columns).map(([name, column]) => ({ ...column, name }));
  const place = (name: string): number => {
    const index = columns.findIndex((column) => column.name === name);
    if (index < 0) throw new Error(`the table names a column ${name} that it does not have`);
    return index;
  };
  return { columns, key: table.primaryKey.map(place), owner: place(table.owner) };
}

/**
 * Every row passes through its wire form on its way from one event to the next, also within a batch and in memory. So a fold
 * sees the same row whether it comes from the table or from the event before, and the batch size cannot change the result.
 */
export function encodeRow({ columns }: TableShape, row: Row): Wire[] {
  const wires: Wire[] = [];
  let known = 0;
  for (const column of columns) {
    const value = row[column.name];
    if (value !== undefined) known++;
    wires.push(encodeValue(column, value));
  }
  let given = 0;
  for (const name in row) if (row[name] !== undefined) given++;
  if (given !== known) throw new RowRefusedError(`the row has members that the table has no column for`);
  return wires;
}

export function decodeRow({ columns }: TableShape, wires: readonly Wire[]): Row {
  const row: Record<string, unknown> = {};
  columns.forEach((column, index) => {
    row[column.name] = decodeValue(column.type, wires[index] ?? null);
  });
  return row;
}

export function encodeKey({ columns, key }: TableShape, values: RowKey): Wire[] {
  if (values.length !== key.length) throw new RowRefusedError(`a row key must have ${String(key.length)} values`);
  return key.map((place, index) => {
    const column = columns[place];
    if (!column) throw new RangeError('no such column');
    return encodeValue(column, values[index]);
  });
}

/** One text for one key. No text in PostgreSQL holds U+0000, so it separates. */
export const keyText = (wires: readonly Wire[]): string =>
  wires.length === 1 ? String(wires[0]) : wires.join('\u0000');

export const keyOfRow = ({ key }: TableShape, wires: readonly Wire[]): Wire[] =>
  key.map((place) => wires[place] ?? null);

export const ownerOfRow = ({ owner }: TableShape, wires: readonly Wire[]): string => String(wires[owner]);

/** What a query selects so that `fromText` can read it: times come as Unix milliseconds. */
export const selected = ({ name, type }: ColumnShape, table: string): string =>
  type === 'timestamp' ? `(extract(epoch FROM ${table}."${name}") * 1000)::bigint` : `${table}."${name}"::text`;

export function fromText(type: ColumnType, text: string | null): Wire {
  if (text === null) return null;
  switch (type) {
    case 'bigint':
      return BigInt(text);
    case 'integer':
    case 'timestamp':
      return Number(text);
    case 'boolean':
      return text === 'true' || text === 't';
    case 'uuid':
    case 'text':
    case 'numeric':
    case 'jsonb':
    case 'json':
      return text;
  }
}

/** The form in which two values of a column are compared and hashed. JSON is compared by value: `jsonb` reorders members. */
export const comparable = (type: ColumnType, wire: Wire): string =>
  wire === null
    ? 'null'
    : type === 'jsonb' || type === 'json'
      ? canonicalJson(JSON.parse(String(wire)))
      : canonicalJson(wire);

function decodeValue(type: ColumnType, wire: Wire): unknown {
  if (wire === null) return null;
  if (type === 'json') return JSON.parse(String(wire));
  if (type === 'jsonb') return inJsonbOrder(JSON.parse(String(wire)));
  return wire;
}

export function encodeValue(column: ColumnShape, value: unknown): Wire {
  if (value === undefined || value === null) {
    if (!column.nullable) throw new RowRefusedError(`${column.name} must have a value`);
    return null;
  }
  const wire = encoders[column.type](value);
  // The value itself may be personal: only its column is named.
  if (wire === undefined) throw new RowRefusedError(`${column.name} does not hold a value of type ${column.type}`);
  return wire;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INT64_MAX = 2n ** 63n - 1n;
/** 4713 BC, where PostgreSQL's timestamps begin, and the end of JavaScript's. */
const FIRST_MS = -210_866_803_200_000;
const LAST_MS = 8_640_000_000_000_000;

const encoders: Readonly<Record<ColumnType, (value: unknown) => Wire | undefined>> = {
  uuid: (value) => {
    if (typeof value !== 'string') return undefined;
    if (UUID.test(value)) return value;
    const lower = value.toLowerCase();
    return UUID.test(lower) ? lower : undefined;
  },
  text: (value) => (typeof value === 'string' && !value.includes('\u0000') ? wellFormed(value) : undefined),
  bigint: (value) => (typeof value === 'bigint' && value <= INT64_MAX && value >= -INT64_MAX - 1n ? value : undefined),
  integer: (value) => (typeof value === 'number' && (value | 0) === value ? value | 0 : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  numeric: (value) => (typeof value === 'string' ? plainDecimal(value) : undefined),
  timestamp: (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= FIRST_MS && value <= LAST_MS
      ? value
      : undefined,
  jsonb: (value) => {
    const text = writtenJson(value);
    return text === undefined || !text.includes('\\u') ? text : jsonbText(text);
  },
  json: writtenJson,
};

/** A lone surrogate has no UTF-8: it becomes U+FFFD, here as on the wire, so that the fold sees what the table holds. */
const wellFormed = (text: string): string =>
  /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '\uFFFD') : text;

const DECIMAL = /^([+-]?)(\d{0,200})(?:\.(\d{0,200}))?$/;

/** As PostgreSQL writes it: no leading zeros, the scale kept. */
function plainDecimal(text: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = `${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction === '' ? '' : `.${fraction}`}`;
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

function writtenJson(value: unknown): string | undefined {
  try {
    return jsonText(value);
  } catch {
    // A bigint, or a cycle.
    return undefined;
  }
}

/** An escape that follows an even number of backslashes is one; PostgreSQL's `jsonb` refuses U+0000 and lone surrogates. */
const NUL_ESCAPE = /(?<!\\)(?:\\\\)*\\u0000/;
const SURROGATE_ESCAPE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

const jsonbText = (text: string): string | undefined =>
  // JSON.stringify escapes only the surrogates that stand alone.
  NUL_ESCAPE.test(text) ? undefined : text.replace(SURROGATE_ESCAPE, '$1\\ufffd');

/** `jsonb` gives members back by length of their name, then by its bytes. */
function inJsonbOrder(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(inJsonbOrder);
  const members = Object.entries(value).map(([name, member]) => ({ name, bytes: Buffer.from(name), member }));
  members.sort((a, b) => a.bytes.length - b.bytes.length || a.bytes.compare(b.bytes));
  return Object.fromEntries(members.map(({ name, member }) => [name, inJsonbOrder(member)]));
}
