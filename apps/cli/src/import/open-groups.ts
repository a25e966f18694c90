import { ImportProblem } from './import-problem.js';
import { weightOf, type Row } from './row.js';

type Rows = [Row, ...Row[]];

/** Characters of rows that may wait for the rest of their groups; in memory they are about three times as many bytes. */
const MAXIMUM_OPEN_WEIGHT = 30_000_000;

/** The rows that have been read of groups that are not complete, by bucket and key. */
export class OpenGroups {
  private readonly buckets = new Map<number, Map<string, Rows>>();
  private weight = 0;

  get isEmpty(): boolean {
    return this.buckets.size === 0;
  }

  /** @throws ImportProblem when more is open than may be held */
  add(bucket: number, group: string, row: Row): void {
    this.weight += weightOf(row);
    if (this.weight > MAXIMUM_OPEN_WEIGHT)
      throw new ImportProblem(
        `More than ${String(MAXIMUM_OPEN_WEIGHT)} characters of rows wait for the rest of their groups.`,
        'Sort the file by the columns of groupBy, so that the rows of a group stand near each other.',
      );
    const groups = this.buckets.get(bucket) ?? new Map<string, Rows>();
    const rows = groups.get(group);
    if (rows === undefined) groups.set(group, [row]);
    else rows.push(row);
    this.buckets.set(bucket, groups);
  }

  /** The groups of a bucket, in the order of their first rows; they are held no longer. */
  take(bucket: number): readonly Rows[] {
    const groups = [...(this.buckets.get(bucket)?.values() ?? [])];
    this.buckets.delete(bucket);
    for (const rows of groups) for (const row of rows) this.weight -= weightOf(row);
    return groups;
  }
}
