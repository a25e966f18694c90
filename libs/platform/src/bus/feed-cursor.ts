import { type PartitionMark } from './relay-checkpoint.js';

/** The marks of the partitions that a lane reads. */
export type LaneMarks = ReadonlyMap<number, PartitionMark>;

/** A topic, as long as its records are counted on from the same beginning. */
export interface Counted {
  readonly topic: string;
  readonly generation: bigint;
}

/** As it stands beside the lane's checkpoint. */
export const cursorOf = ({ topic, generation }: Counted, marks: LaneMarks): string =>
  JSON.stringify({
    topic,
    generation: generation.toString(),
    marks: [...marks].map(([partition, { sequence, next }]) => [partition, sequence.toString(), next.toString()]),
  });

interface StoredCursor {
  readonly topic: string;
  readonly generation: string;
  readonly marks: readonly (readonly [number, string, string])[];
}

/** Nothing where it is of another topic, of one before it was made anew, or of other partitions: the position has to be enough. */
export function marksOf(
  cursor: string | null,
  { topic, generation }: Counted,
  partitions: readonly number[],
): LaneMarks | undefined {
  if (cursor === null) return undefined;
  const stored = JSON.parse(cursor) as StoredCursor;
  const marks = new Map(
    stored.marks.map(([partition, sequence, next]): [number, PartitionMark] => [
      partition,
      { sequence: BigInt(sequence), next: BigInt(next) },
    ]),
  );
  const isSame = stored.topic === topic && stored.generation === generation.toString();
  return isSame && marks.size === partitions.length && partitions.every((p) => marks.has(p)) ? marks : undefined;
}

/** The partitions in which a lane may find its keys, where both are the same hash modulo their number. */
export function partitionsOfLane(lane: number, lanes: number, partitions: number): readonly number[] {
  const shared = greatestCommonDivisor(lanes, partitions);
  return Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => partition % shared === lane % shared,
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
