import { type PartitionEnds } from '../bus.port.js';
import { type Offsets } from './inbound-checkpoint.js';

export interface StartingOffsets {
  readonly offsets: Offsets;
  /** Records that the topic deleted before they were read, at most. */
  readonly expired: bigint;
  /** Partitions that end before what was read: a topic that was made anew, or, for a moment, a leader that does not know yet. */
  readonly short: readonly number[];
}

/**
 * The same offsets, behind what the topic deleted while it was read. A reader gets over that by itself, and says nothing.
 * @param held of each partition, the first record that the reader has already: it was read before it was deleted
 */
export function withoutExpired(
  read: Offsets,
  ends: ReadonlyMap<number, PartitionEnds>,
  held: Offsets = new Map(),
): Pick<StartingOffsets, 'offsets' | 'expired'> {
  const offsets = new Map(read);
  let expired = 0n;
  for (const [partition, before] of read) {
    const first = ends.get(partition)?.first ?? before;
    const next = held.get(partition) ?? first;
    const after = next < first ? next : first;
    if (after <= before) continue;
    expired += after - before;
    offsets.set(partition, after);
  }
  return { offsets, expired };
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
