import { type RoutingItem, type RoutingItems } from './routing-state.js';

/** Ids are UUIDs: 256 parts of equal size. */
const partOf = (id: string): string => id.slice(-2);

export const itemIn = (items: RoutingItems, id: string): RoutingItem | undefined => items[partOf(id)]?.[id];

export const allItems = (items: RoutingItems): RoutingItem[] =>
  Object.values(items).flatMap((part) => Object.values(part));

/** With one of them otherwise, or without it. */
export function itemsBut(items: RoutingItems, id: string, item: RoutingItem | undefined): RoutingItems {
  const part: Record<string, RoutingItem> = { ...items[partOf(id)] };
  if (item) part[id] = item;
  else Reflect.deleteProperty(part, id);
  return { ...items, [partOf(id)]: part };
}

export function itemsOf(all: readonly RoutingItem[]): RoutingItems {
  const parts: Record<string, Record<string, RoutingItem>> = {};
  for (const item of all) (parts[partOf(item.id)] ??= {})[item.id] = item;
  return parts;
}
