import { allItems, itemsBut } from './routing-items.js';
import { type RoutingItem, type RoutingItems, type RoutingState } from './routing-state.js';
import { type ItemTerms, termsOf } from './team-terms.js';

/** A conversation with what its team says of it, worked out once. */
export interface IndexedItem {
  readonly item: RoutingItem;
  /** The same object for all of a kind: what nobody can have of one, nobody can have of another. `undefined` where no team has it. */
  readonly terms: ItemTerms | undefined;
}

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
  #unheld = 0;

  constructor(readonly teams: RoutingState['teams']) {}

  get items(): Iterable<IndexedItem> {
    return this.#items.values();
  }

  /** By agent and channel. */
  get loads(): ReadonlyMap<string, number> {
    return this.#loads;
  }

  /** Conversations that nobody has. */
  get unheld(): number {
    return this.#unheld;
  }

  set(id: string, item: RoutingItem | undefined): void {
    const before = this.#items.get(id);
    if (before) this.#count(before, -1);
    if (item === undefined) {
      this.#items.delete(id);
      return;
    }
    const after = this.#indexed(item, before);
    this.#items.set(id, after);
    this.#count(after, 1);
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
    if (item.agent === null) this.#unheld += sign;
    for (const agent of holdersOf(item)) {
      const key = loadKey(agent, item.channel);
      this.#loads.set(key, (this.#loads.get(key) ?? 0) + sign * (terms?.weight ?? 1));
    }
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
