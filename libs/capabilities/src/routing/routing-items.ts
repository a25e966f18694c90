import { type Part, type RoutingItem, type RoutingItems } from './routing-state.js';

/** Ids are UUIDs: their last digits are anything. */
const digitsOf = (id: string): readonly [string, string, string] => [id.at(-1) ?? '', id.at(-2) ?? '', id.at(-3) ?? ''];

export function itemIn(items: RoutingItems, id: string): RoutingItem | undefined {
  const [first, second, third] = digitsOf(id);
  return items[first]?.[second]?.[third]?.[id];
}

export const allItems = (items: RoutingItems): RoutingItem[] =>
  Object.values(items).flatMap((parts) =>
    Object.values(parts).flatMap((some) => Object.values(some).flatMap(Object.values<RoutingItem>)),
  );

/** With one of them otherwise, or without it. */
export function itemsBut(items: RoutingItems, id: string, item: RoutingItem | undefined): RoutingItems {
  const [first, second, third] = digitsOf(id);
  const part: Record<string, RoutingItem> = { ...items[first]?.[second]?.[third] };
  if (item) part[id] = item;
  else Reflect.deleteProperty(part, id);
  const above = items[first]?.[second];
  return { ...items, [first]: { ...items[first], [second]: { ...above, [third]: part } } };
}

export function itemsOf(all: readonly RoutingItem[]): RoutingItems {
  const items: Record<string, Record<string, Record<string, Record<string, RoutingItem>>>> = {};
  for (const item of all) {
    const [first, second, third] = digitsOf(item.id);
    (((items[first] ??= {})[second] ??= {})[third] ??= {})[item.id] = item;
  }
  return items;
}

/** Conversations that are otherwise in the later of two states; `undefined`: gone. */
export function* changedItems(
  before: RoutingItems,
  after: RoutingItems,
): Generator<readonly [string, RoutingItem | undefined]> {
  for (const first of differing(before, after))
    for (const second of differing(before[first], after[first]))
      for (const third of differing(before[first]?.[second], after[first]?.[second])) {
        const [had, has] = [before[first]?.[second]?.[third], after[first]?.[second]?.[third]];
        for (const id of differing(had, has)) yield [id, has?.[id]];
      }
}

/** Names of what is otherwise: what two states share is the same object. */
export function* differing<Value>(before: Part<Value> = {}, after: Part<Value> = {}): Generator<string> {
  if (before === after) return;
  for (const name of Object.keys(after)) if (before[name] !== after[name]) yield name;
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) yield name;
}
