import type { EventOf, RecordedEvent, TypeOf } from './event.js';

/** PostgreSQL types that a read model's column may have, and the JavaScript value that stands for each in a row. */
export interface ColumnTypes {
  uuid: string;
  text: string;
  bigint: bigint;
  integer: number;
  boolean: boolean;
  /** Exact decimal as text, for example `12.30`. */
  numeric: string;
  /** Unix milliseconds; `timestamptz` in the table. */
  timestamp: number;
  /** Any JSON value; `jsonb` in the table, so that it can be searched. */
  jsonb: unknown;
  /** Any JSON value kept as it was written; `json` in the table: cheaper to store, not searchable. */
  json: unknown;
}

export type ColumnType = keyof ColumnTypes;

/** A column, by its type; `nullable` ones may hold `null`. */
export interface Column {
  readonly type: ColumnType;
  readonly nullable?: boolean;
  /** Name of an ICU collation for sorting names, for example `fa-x-icu`. */
  readonly collation?: string;
}

/** Where the rows of a projection are kept. Column names are snake_case, as they stand in SQL. */
export interface Table {
  readonly columns: Readonly<Record<string, Column>>;
  /** Names of the columns that identify a row. */
  readonly primaryKey: readonly string[];
  /**
   * Name of the column that holds the key of the events a row comes from (`event.key`). A row belongs to one key: that makes
   * keys the unit of order, of lanes and of parking.
   */
  readonly owner: string;
  /** Further indexes, each the text between the brackets of CREATE INDEX, for example `persona_id, occurred_at DESC`; `using` defaults to btree. */
  readonly indexes?: readonly { readonly on: string; readonly using?: 'btree' | 'gin'; readonly where?: string }[];
}

export type Row = Readonly<Record<string, unknown>>;

/** The row goes away. */
export const gone: unique symbol = Symbol('gone');
/** Every row of the event's key goes away: what an erasure does. */
export const allGone: unique symbol = Symbol('allGone');

/** The values of the primary key, in the order of `table.primaryKey`. */
export type RowKey = readonly (string | bigint | number)[];

/**
 * The row that an event leaves behind; `undefined` leaves it as it is. The type of a method, not of a function: so a
 * projection of any rows and events fits into one list of projections, and the engine hands each handler its own type.
 * `rowOf` gives another row of the event's keys, as the keys before this one have left it: a row that is about to change can be
 * kept in a second one.
 */
export type Evolve<R extends Row, E extends RecordedEvent> = {
  evolve(row: R | undefined, event: E, key: RowKey, rowOf: RowOf<R>): R | typeof gone | typeof allGone | undefined;
}['evolve'];

/** @throws where the key is none of the event's: such a row was not loaded, and may be there all the same */
export type RowOf<R extends Row> = { rowOf(key: RowKey): R | undefined }['rowOf'];

/**
 * A read model, declared: a fold from events to rows and the table that the rows are kept in. Pure: no clock, no chance, no
 * input or output. The map of handlers is the subscription.
 */
export interface Projection<R extends Row = Row, E extends RecordedEvent = RecordedEvent> {
  /** kebab-case; also the name of the table, with `_` for `-`. */
  readonly name: string;
  /** Raise it when the fold or the table changes: the next start builds the new one beside the old one. */
  readonly version: number;
  readonly table: Table;
  /**
   * `sealed`: personal fields stay encrypted, the fold never sees them (and costs nothing to open).
   * `opened`: they are decrypted first; of an erased persona they are absent.
   */
  readonly reads: 'sealed' | 'opened';
  /** Each event makes its own rows, which no later event reads again: nothing is loaded before the fold. */
  readonly appendOnly?: boolean;
  /** The rows that an event touches. All of them belong to `event.key`. */
  keys(event: E): readonly RowKey[];
  readonly when: { readonly [T in TypeOf<E>]: Evolve<R, EventOf<E, T>> };
}
