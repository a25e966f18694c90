import { isRoutingEvent, routedConversationOf, type RoutingEvent } from '#contracts';
import { type EpochMs } from '#kernel';
import { type RoutingInput } from '../evolve-routing.js';
import { allItems, itemIn } from '../routing-items.js';
import { type RoutingItem, type RoutingState } from '../routing-state.js';

/** Where a conversation stands: with somebody, waiting for somebody, or not ours. */
export type ItemPhase = 'held' | 'waiting' | 'absent';

/** What one event made of a conversation. */
export interface ItemStep {
  readonly id: string;
  readonly event: RoutingInput;
  readonly before: ItemPhase;
  readonly after: ItemPhase;
  readonly agent: string | null;
  readonly at: EpochMs;
}

const phaseOf = (item: RoutingItem | undefined): ItemPhase =>
  item === undefined || item.left ? 'absent' : item.agent === null ? 'waiting' : 'held';

export const phaseIn = ({ items }: RoutingState, id: string): ItemPhase => phaseOf(itemIn(items, id));

/** What an event did to conversations: to its own, or by an erasure to all of somebody. */
export function stepsOf(before: RoutingState, after: RoutingState, event: RoutingInput): readonly ItemStep[] {
  return touchedBy(event, before).map((id) => ({
    ...{ id, event, before: phaseIn(before, id), after: phaseIn(after, id) },
    ...{ agent: itemIn(after.items, id)?.agent ?? null, at: event.recordedAt },
  }));
}

function touchedBy(event: RoutingInput, { items }: RoutingState): readonly string[] {
  if (event.type === 'persona.erased')
    return allItems(items)
      .filter(({ customerId }) => customerId === event.key)
      .map(({ id }) => id);
  return isRoutingEvent(event) ? [routedConversationOf(event.stream)] : [];
}

/** A piece of work has ended with it: who goes away gives it back unfinished, and it is that of whoever has it next. */
export const endsWork = ({ event, before, after }: ItemStep): boolean =>
  before === 'held' && after !== 'held' && event.type !== 'routing.returned' && event.type !== 'persona.erased';

/** It left while nobody had it: its customer, or somebody who passed by, saw to it. */
export const leavesUnattended = ({ event, before, after }: ItemStep): boolean =>
  before === 'waiting' && after === 'absent' && event.type !== 'persona.erased';

/** How a conversation stands by what is told of it alone. */
export function phaseAfter(event: RoutingEvent, before: ItemPhase): ItemPhase {
  switch (event.type) {
    case 'routing.item_changed':
      return event.data.agent === undefined ? 'waiting' : 'held';
    case 'routing.item_left':
      return 'absent';
    case 'routing.assigned':
      return 'held';
    case 'routing.returned':
      return 'waiting';
    case 'routing.declined':
    case 'routing.offered':
    case 'routing.not_done':
      return before;
  }
}

/** Tells what became of a decision; that somebody declines is theirs. */
export const isOutcome = ({ type }: RoutingEvent): boolean =>
  type !== 'routing.item_changed' && type !== 'routing.item_left' && type !== 'routing.declined';
