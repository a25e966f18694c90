import { type PartitionEnds } from '../bus.port.js';
import { type Offsets } from './inbound-checkpoint.js';

export interface StartingOffsets {
  readonly offsets: Offsets;
  /** Records that the topic deleted before they were read, at most. */
  readonly expired: bigint;
  /** Partitions that end before what was read: a topic that was made anew, or, for a moment, a leader that does not know yet. */
  readonly short: readonly number[];
}

/** Where reading goes on. A partition that is new, or was made anew, is read from its first record. */
export function startingOffsets(read: Offsets, ends: ReadonlyMap<number, PartitionEnds>): StartingOffsets {
  const offsets = new Map<number, bigint>();
  const short: number[] = [];
  let expired = 0n;
  for (const [partition, { first, next }] of ends) {
    const before = read.get(partition);
    if (before !== undefined && before > next) short.push(partition);
    if (before !== undefined && before < first) expired += first - before;
    offsets.set(partition, before === undefined || before < first || before > next ? first : before);
  }
  return { offsets, expired, short };
}
