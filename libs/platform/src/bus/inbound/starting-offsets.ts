import { type BusRecord, type PartitionEnds } from '../bus.port.js';
import { type Offsets } from './inbound-checkpoint.js';

export interface StartingOffsets {
  readonly offsets: Offsets;
  /** Records that the topic deleted before they were read, at most. */
  readonly expired: bigint;
  /** Partitions that end before what was read: a topic that was made anew, or, for a moment, a leader that does not know yet. */
  readonly short: readonly number[];
}

/** The same offsets, behind what the topic deleted while it was read. A reader gets over that by itself, and says nothing. */
export function withoutExpired(
  read: Offsets,
  ends: ReadonlyMap<number, PartitionEnds>,
): Pick<StartingOffsets, 'offsets' | 'expired'> {
  const offsets = new Map(read);
  let expired = 0n;
  for (const [partition, before] of read) {
    const first = ends.get(partition)?.first ?? before;
    if (first <= before) continue;
    expired += first - before;
    offsets.set(partition, first);
  }
  return { offsets, expired };
}

/**
 * Behind records that were read. Some of them may have been counted as deleted: a topic deletes, too, what a reader has at hand or what is on
 * its way to it.
 * @param read what is read next of each partition
 */
export function behindRecords(
  read: Offsets,
  records: readonly Pick<BusRecord, 'partition' | 'offset'>[],
): { readonly offsets: Offsets; readonly countedInVain: bigint } {
  const offsets = new Map(read);
  let countedInVain = 0n;
  for (const { partition, offset } of records) {
    if (offset < (read.get(partition) ?? 0n)) countedInVain++;
    if (offset >= (offsets.get(partition) ?? 0n)) offsets.set(partition, offset + 1n);
  }
  return { offsets, countedInVain };
}

/**
 * Where reading goes on. A partition that is new, or was made anew, is read from its first record.
 * @param taken up to where records are known to be stored although nobody wrote it down: what was deleted of those is no loss
 */
export function startingOffsets(
  read: Offsets,
  ends: ReadonlyMap<number, PartitionEnds>,
  taken: Offsets = new Map(),
): StartingOffsets {
  const offsets = new Map<number, bigint>();
  const short: number[] = [];
  let expired = 0n;
  for (const [partition, { first, next }] of ends) {
    const before = read.get(partition);
    if (before !== undefined && before > next) short.push(partition);
    const known = laterOf(before, taken.get(partition));
    if (before !== undefined && known !== undefined && known < first) expired += first - known;
    offsets.set(partition, before === undefined || before < first || before > next ? first : before);
  }
  return { offsets, expired, short };
}

const laterOf = (one: bigint | undefined, other: bigint | undefined): bigint | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one;
