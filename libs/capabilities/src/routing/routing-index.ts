import { type EpochMs } from '#kernel';
import { allItems, itemsBut } from './routing-items.js';
import { type RoutingItem, type RoutingItems, type RoutingState } from './routing-state.js';
import { type ItemTerms, termsOf } from './team-terms.js';
import { type IndexedItem, Timetable } from './timetable.js';

export const loadKey = (agent: string, channel: string): string => `${channel} ${agent}`;

/** What a conversation takes of somebody's room: what is theirs, and what is on its way to them. */
export function holdersOf({ agent, pending, offer }: RoutingItem): readonly string[] {
  return [...new Set([agent, pending?.act === 'return' ? null : pending?.agent, offer?.agent])].filter(
    (each) => each !== null && each !== undefined,
  );
}

/**
 * What can be worked out from the conversations of a state, kept from one state to the next: with 10,000 of them it took 130 ms at each event to do
 * it anew. It belongs to the latest state that came of another; whoever asks of an earlier one has it made again.
 */
export class RoutingIndex {
  readonly #items = new Map<string, IndexedItem>();
  readonly #loads = new Map<string, number>();
  /** By kind; there are as many as rules of teams make. */
  readonly #terms = new Map<string, ItemTerms>();
  readonly #timetable = new Timetable();
  /** Whom somebody is asked about, or a command is on its way. */
  readonly #unsettled = new Map<string, RoutingItem>();
  /** What somebody has, by agent. */
  readonly #held = new Map<string, Map<string, RoutingItem>>();

  constructor(readonly teams: RoutingState['teams']) {}

  /** By agent and channel. */
  get loads(): ReadonlyMap<string, number> {
    return this.#loads;
  }

  /** Conversations that nobody has. */
  get unheld(): number {
    return this.#items.size - [...this.#held.values()].reduce((sum, held) => sum + held.size, 0);
  }

  get unsettled(): readonly RoutingItem[] {
    return [...this.#unsettled.values()];
  }

  heldBy(agent: string): readonly RoutingItem[] {
    return [...(this.#held.get(agent)?.values() ?? [])];
  }

  /** Who waits at a time; times are asked for as they pass. */
  waitingAt(now: EpochMs): Timetable {
    return this.#timetable.at(now);
  }

  set(id: string, item: RoutingItem | undefined): void {
    const before = this.#items.get(id);
    if (before) {
      this.#count(before, -1);
      this.#timetable.delete(before);
    }
    this.#unsettled.delete(id);
    if (item === undefined) {
      this.#items.delete(id);
      return;
    }
    const after = this.#indexed(item, before);
    this.#items.set(id, after);
    this.#count(after, 1);
    this.#timetable.add(after);
    if (item.offer !== null || item.pending !== null) this.#unsettled.set(id, item);
  }

  #indexed(item: RoutingItem, before: IndexedItem | undefined): IndexedItem {
    if (before && isDescribedAs(before.item, item)) return { ...before, item };
    const terms = termsOf(this, item);
    if (!terms) return { item, terms };
    const { team, weight, skills, languages } = terms;
    const kind = JSON.stringify([team, item.channel, weight, skills, languages]);
    const known = this.#terms.get(kind) ?? terms;
    this.#terms.set(kind, known);
    return { item, terms: known };
  }

  #count({ item, terms }: IndexedItem, sign: 1 | -1): void {
    if (item.agent !== null) this.#hold(item, item.agent, sign);
    for (const agent of holdersOf(item)) {
      const key = loadKey(agent, item.channel);
      this.#loads.set(key, (this.#loads.get(key) ?? 0) + sign * (terms?.weight ?? 1));
    }
  }

  #hold(item: RoutingItem, agent: string, sign: 1 | -1): void {
    const held = this.#held.get(agent) ?? new Map<string, RoutingItem>();
    if (sign === 1) held.set(item.id, item);
    else held.delete(item.id);
    if (held.size > 0) this.#held.set(agent, held);
    else this.#held.delete(agent);
  }
}

const isDescribedAs = (one: RoutingItem, other: RoutingItem): boolean =>
  one.team === other.team &&
  one.channel === other.channel &&
  one.priority === other.priority &&
  one.direction === other.direction &&
  one.tags === other.tags;

const indexes = new WeakMap<RoutingItems, RoutingIndex>();

/** Of a state that nothing else is made from while it is used. */
export function indexOf({ items, teams }: Pick<RoutingState, 'items' | 'teams'>): RoutingIndex {
  const known = indexes.get(items);
  if (known?.teams === teams) return known;
  const index = new RoutingIndex(teams);
  for (const item of allItems(items)) index.set(item.id, item);
  indexes.set(items, index);
  return index;
}

/** The conversations of a state, one of them otherwise. */
export function itemsWith(state: RoutingState, id: string, item: RoutingItem | undefined): RoutingItems {
  const index = indexOf(state);
  const items = itemsBut(state.items, id, item);
  index.set(id, item);
  indexes.delete(state.items);
  indexes.set(items, index);
  return items;
}
