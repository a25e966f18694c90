import { HashTable, hashOf } from './hash-table.js';
import { profileLimits } from './profile.js';

/**
 * Number of rows and last row of every group of the input, by buckets: a bucket is one group, or very rarely several with the
 * same hash, which then end together. 24 bytes a group, at most 70 % full.
 */
export class GroupEnds {
  private readonly lastRows = new HashTable();
  private readonly counts = new HashTable();
  private key = '';
  private bucket = 0;

  constructor(private readonly hash: (key: string) => number = hashOf) {}

  /** The rows of a group mostly follow each other, so the last one is remembered. */
  bucketOf(group: string): number {
    if (group !== this.key || this.bucket === 0) {
      this.key = group;
      this.bucket = this.hash(group);
    }
    return this.bucket;
  }

  add(group: string, rowNumber: number): void {
    const bucket = this.bucketOf(group);
    this.counts.increase(bucket);
    this.lastRows.set(bucket, rowNumber);
  }

  lastRowOf(bucket: number): number {
    return this.lastRows.get(bucket);
  }

  isTooLarge(bucket: number): boolean {
    return this.counts.get(bucket) > profileLimits.groupRows;
  }
}
