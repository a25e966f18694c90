import { partitionOf } from '#kernel';

/**
 * Which lane of a consumer a key belongs to: divided as the partitions of a topic are, so that a lane needs few of them. Part of what
 * is stored (checkpoints are per lane): it must never change.
 */
export const laneOf = (key: string, lanes: number): number => partitionOf(key, lanes);
