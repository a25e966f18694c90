import { isOverdue, priorities } from '#contracts';
import { type EpochMs } from '#kernel';
import { type RoutingItem } from './routing-state.js';

const rank = Object.fromEntries(priorities.map((priority, index) => [priority, index]));

export const isBreached = ({ dueAt }: Pick<RoutingItem, 'dueAt'>, now: EpochMs): boolean => isOverdue(dueAt, now);

/** Breached first, then by priority, by the time that remains, by how long it waits, by id: of two, one is always before the other. */
export const itemsAt =
  (now: EpochMs) =>
  (one: RoutingItem, other: RoutingItem): number =>
    Number(isBreached(other, now)) - Number(isBreached(one, now)) || byUrgency(one, other);

/** The order of those that are breached, and of those that are not: time does not change it. */
export const byUrgency = (one: RoutingItem, other: RoutingItem): number =>
  (rank[other.priority] ?? 0) - (rank[one.priority] ?? 0) ||
  // What is due is before what never is.
  compare(one.dueAt ?? Infinity, other.dueAt ?? Infinity) ||
  one.since - other.since ||
  compare(one.id, other.id);

const compare = <Value extends string | number>(one: Value, other: Value): number =>
  one < other ? -1 : one > other ? 1 : 0;

/** Somebody who can have a conversation. */
export interface Candidate {
  readonly agent: string;
  readonly returning: boolean;
  /** 0 for a member of its own team, then the places of those that it overflows into. */
  readonly distance: number;
  readonly load: number;
  readonly limit: number;
  readonly idleSince: EpochMs;
  readonly turn: number;
}

/** Whoever had the customer before, then one's own team; then by the strategy, and by id. */
export const candidatesBy =
  (strategy: 'manual' | 'round_robin' | 'balanced') =>
  (one: Candidate, other: Candidate): number =>
    Number(other.returning) - Number(one.returning) ||
    one.distance - other.distance ||
    (strategy === 'round_robin' ? one.turn - other.turn : mostRoom(one, other)) ||
    compare(one.agent, other.agent);

/** Shares are compared as products, in whole numbers: no rounding decides. Of nothing there is no share: who may have nothing comes last. */
const mostRoom = (one: Candidate, other: Candidate): number =>
  Number(one.limit === 0) - Number(other.limit === 0) ||
  (other.limit - other.load) * one.limit - (one.limit - one.load) * other.limit ||
  one.idleSince - other.idleSince;
