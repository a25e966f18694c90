import { type EpochMs } from '#kernel';
import { Deadlines } from './deadlines.js';
import { byUrgency, isBreached } from './routing-order.js';
import { type RoutingItem } from './routing-state.js';
import { SortedList } from './sorted-list.js';
import { type ItemTerms, overflowsAsked } from './team-terms.js';

/** A conversation with what its team says of it, worked out once. */
export interface IndexedItem {
  readonly item: RoutingItem;
  /** The same object for all of a kind: what nobody can have of one, nobody can have of another. `undefined` where no team has it. */
  readonly terms: ItemTerms | undefined;
}

/** Conversations that wait and that the same agents can have, in their order. */
export interface WaitingKind {
  readonly terms: ItemTerms;
  /** How many teams they overflow into. */
  readonly overflows: number;
  readonly breached: SortedList<RoutingItem>;
  readonly others: SortedList<RoutingItem>;
}

/** Whether an item waits for an agent. */
export const isWaiting = (item: RoutingItem, now: EpochMs): boolean =>
  isFree(item) && (item.heldUntil === null || now >= item.heldUntil);

const isFree = ({ agent, pending, offer, left }: RoutingItem): boolean =>
  agent === null && pending === null && offer === null && !left;

/** What somebody is asked for as soon as it waits. */
const routedTerms = ({ item, terms }: IndexedItem): ItemTerms | undefined =>
  isFree(item) && terms?.settings.strategy !== 'manual' ? terms : undefined;

/** When it comes to be in another place by time alone. */
function timesOfPlace(of: IndexedItem): readonly EpochMs[] {
  const terms = routedTerms(of);
  if (!terms) return [];
  const { since, dueAt, heldUntil } = of.item;
  // It is breached behind its due time.
  return [...timesOf(dueAt === null ? null : dueAt + 1, heldUntil), ...overflowTimes(terms, since)];
}

/** When time alone may let somebody have it: a wait for somebody is over, others are asked, or an offer has run out. */
function timesOfChance(of: IndexedItem): readonly EpochMs[] {
  const { since, previousAgent, askedAgainAt, heldUntil, offer, pending } = of.item;
  const told = timesOf(offer?.until, pending?.until, heldUntil);
  const terms = routedTerms(of);
  if (!terms) return told;
  const { stickySeconds } = terms.settings;
  const sticky = previousAgent !== null && stickySeconds !== undefined ? [since + stickySeconds * 1_000] : [];
  const waiting = [...timesOf(askedAgainAt), ...sticky, ...overflowTimes(terms, since)];
  return [...told, ...(heldUntil === null ? waiting : waiting.filter((at) => at > heldUntil))];
}

const timesOf = (...times: readonly (EpochMs | null | undefined)[]): readonly EpochMs[] =>
  times.filter((at) => at !== null && at !== undefined);

const overflowTimes = ({ settings: { overflow } }: ItemTerms, since: EpochMs): readonly EpochMs[] =>
  overflow?.map(({ afterSeconds }) => since + afterSeconds * 1_000) ?? [];

/**
 * Who waits, in what order, at a time that moves on: what an event changes is put in its place, and what time changes when its time comes. To look
 * at each of 100,000 took 25 ms at each event.
 */
export class Timetable {
  /** In which list each stands, if in any. */
  readonly #places = new Map<IndexedItem, SortedList<RoutingItem> | undefined>();
  readonly #kinds = new Map<ItemTerms, WaitingKind[]>();
  readonly #moves = new Deadlines(timesOfPlace, this.#places);
  readonly #chances = new Deadlines(timesOfChance, this.#places);
  /** What was told and is in no place yet. */
  readonly #told = new Set<IndexedItem>();
  #waiting = 0;
  #now: EpochMs = -Infinity;

  /** Conversations that wait for somebody. */
  get waiting(): number {
    return this.#waiting;
  }

  /** When time alone may next let somebody have one. */
  get nextChance(): EpochMs | undefined {
    return this.#chances.next;
  }

  *kinds(): Iterable<WaitingKind> {
    for (const kinds of this.#kinds.values())
      for (const kind of kinds) if (kind.breached.size + kind.others.size > 0) yield kind;
  }

  add(of: IndexedItem): void {
    this.#places.set(of, undefined);
    this.#told.add(of);
  }

  delete(of: IndexedItem): void {
    this.#leave(of);
    this.#places.delete(of);
    this.#told.delete(of);
  }

  /** As it is at a time. One before the last makes everything anew. */
  at(now: EpochMs): this {
    if (now < this.#now) this.#begin();
    this.#now = now;
    for (const of of this.#moves.take(now)) this.#place(of);
    for (const of of this.#chances.take(now)) this.#chances.add(of, now);
    for (const of of this.#told) {
      this.#place(of);
      this.#chances.add(of, now);
    }
    this.#told.clear();
    return this;
  }

  #begin(): void {
    this.#moves.clear();
    this.#chances.clear();
    for (const of of this.#places.keys()) {
      this.#leave(of);
      this.#told.add(of);
    }
  }

  #place(of: IndexedItem): void {
    this.#leave(of);
    this.#moves.add(of, this.#now);
    const terms = routedTerms(of);
    if (!terms || !isWaiting(of.item, this.#now)) return;
    const { breached, others } = this.#kindOf(terms, overflowsAsked(terms, of.item.since, this.#now));
    const list = isBreached(of.item, this.#now) ? breached : others;
    list.add(of.item);
    this.#waiting += 1;
    this.#places.set(of, list);
  }

  #leave(of: IndexedItem): void {
    const list = this.#places.get(of);
    if (!list) return;
    list.delete(of.item);
    this.#waiting -= 1;
    this.#places.set(of, undefined);
  }

  #kindOf(terms: ItemTerms, overflows: number): WaitingKind {
    const kinds = this.#kinds.get(terms) ?? [];
    if (kinds.length === 0) this.#kinds.set(terms, kinds);
    const known = kinds.find((kind) => kind.overflows === overflows);
    if (known) return known;
    const kind = { terms, overflows, breached: new SortedList(byUrgency), others: new SortedList(byUrgency) };
    kinds.push(kind);
    return kind;
  }
}
