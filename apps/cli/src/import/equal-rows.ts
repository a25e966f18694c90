import { createHash } from 'node:crypto';
import { type Columns } from './columns.js';
import { HashTable, hashOf } from './hash-table.js';
import { type Row } from './row.js';

/**
 * Ids for rows that have none: a digest of what stands in them, and how many equal rows came before. Equal rows are
 * interchangeable, so the ids stay the same when the file is sorted differently or rows are added.
 */
export class EqualRows {
  private readonly seen = new HashTable();
  private readonly repeats = new WeakMap<Row, number>();

  constructor(
    private readonly columns: Columns,
    private readonly digestOf: readonly string[],
  ) {}

  /** To be told every row of the input once, in order, whether its id is wanted or not. */
  count(row: Row): void {
    const before = this.seen.increase(hashOf(this.contentOf(row)));
    if (before > 0) this.repeats.set(row, before);
  }

  /** 32 hex digits of SHA-256, with `-1`, `-2` … for repeats. */
  idOf(row: Row): string {
    const digest = createHash('sha256').update(this.contentOf(row)).digest('hex').slice(0, 32);
    const before = this.repeats.get(row) ?? 0;
    return before === 0 ? digest : `${digest}-${String(before)}`;
  }

  private contentOf(row: Row): string {
    return JSON.stringify(this.digestOf.map((column) => this.columns.text(row, column)));
  }
}
