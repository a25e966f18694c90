import {
  agentIdOf,
  type AgentEvent,
  type PersonaErased,
  routedConversationOf,
  type RoutingEvent,
  teamIdOf,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { holdersOf } from './plan-routing.js';
import { type RoutingAgent, type RoutingItem, type RoutingState, unknownAgent } from './routing-state.js';

export type RoutingInput = AgentEvent | RoutingEvent | PersonaErased;

/** Conversations in which it is our turn at once. Beyond it, a conversation waits for a person, or until something happens in it. */
export const MAX_ITEMS = 10_000;
/** Of something that was not done and is not explained, how long nothing is decided again. */
const HELD_MS = 60_000;

/** What an event says to routing. Pure; its recorded time is the time. */
export function evolveRouting(state: RoutingState, event: RoutingInput): RoutingState {
  const now = event.recordedAt;
  switch (event.type) {
    case 'team.configured':
      return { ...state, teams: { ...state.teams, [teamIdOf(event.stream)]: event.data.settings } };
    case 'agent.configured':
      return withAgent(state, agentIdOf(event.stream), { settings: event.data.settings, gone: false });
    case 'agent.availability_changed': {
      const { availability } = event.data;
      // Who comes has been idle since then, and not since they went.
      return withAgent(state, agentIdOf(event.stream), { availability, idleSince: now, gone: false });
    }
    case 'persona.erased': {
      const kept = Object.entries(state.items).filter(([, { customerId }]) => customerId !== event.key);
      return { ...state, items: Object.fromEntries(kept) };
    }
    case 'routing.item_changed':
    case 'routing.item_left':
    case 'routing.assigned':
    case 'routing.offered':
    case 'routing.returned':
    case 'routing.not_done':
      return evolveItem(state, event);
  }
}

export function withAgent(state: RoutingState, id: string, changes: Partial<RoutingAgent>): RoutingState {
  const before = state.agents[id] ?? unknownAgent;
  return { ...state, agents: { ...state.agents, [id]: { ...before, ...changes } } };
}

/** The item as it is now, and whoever has more or less to do by it idle since now. */
export function withItem(state: RoutingState, id: string, after: RoutingItem | undefined, now: EpochMs): RoutingState {
  const { [id]: before, ...others } = state.items;
  const had = before ? holdersOf(before) : [];
  const has = after ? holdersOf(after) : [];
  const touched = [...had.filter((each) => !has.includes(each)), ...has.filter((each) => !had.includes(each))];
  const items = after ? { ...state.items, [id]: after } : others;
  return touched
    .filter((each) => Object.hasOwn(state.agents, each))
    .reduce((all, each) => withAgent(all, each, { idleSince: now }), { ...state, items });
}

function evolveItem(state: RoutingState, event: RoutingEvent): RoutingState {
  const now = event.recordedAt;
  const id = routedConversationOf(event.stream);
  const before = state.items[id];
  if (event.type === 'routing.item_changed') {
    // It tells of a time before what is known: what made the difference is told next.
    if (before && event.data.version < before.version) return state;
    if (!before && Object.keys(state.items).length >= MAX_ITEMS) return state;
    return withItem(state, id, told(before, id, event), now);
  }
  if (!before) return state;
  switch (event.type) {
    case 'routing.item_left':
      if (event.data.version < before.version) return state;
      // A command is on its way: what became of it is waited for, as room is kept for it.
      return withItem(state, id, before.pending ? { ...before, agent: null, offer: null, left: true } : undefined, now);
    case 'routing.assigned': {
      const { agent, version } = event.data;
      return withItem(state, id, { ...before, ...settled, agent, letPass: [], left: false, version }, now);
    }
    case 'routing.offered': {
      const { agent, until } = event.data;
      return withItem(state, id, { ...before, ...settled, offer: { agent, until: Date.parse(until) } }, now);
    }
    case 'routing.returned':
      return withItem(state, id, { ...before, ...settled, agent: null, version: event.data.version }, now);
    case 'routing.not_done':
      return notDone(state, before, event);
  }
}

const settled = { pending: null, offer: null, heldUntil: null } as const;

function told(
  before: RoutingItem | undefined,
  id: string,
  { key, data }: Extract<RoutingEvent, { type: 'routing.item_changed' }>,
): RoutingItem {
  const { agent = null, team = null } = data;
  // Who was asked was asked as one of a team; and nobody is asked for what somebody has.
  const isAsked = agent === null && before?.team === team;
  return {
    ...{ id, customerId: key, version: data.version, channel: data.channel, team, priority: data.priority },
    ...{ tags: data.tags ?? [], direction: data.direction ?? null, since: Date.parse(data.since) },
    dueAt: data.dueAt === undefined ? null : Date.parse(data.dueAt),
    ...{ agent, previousAgent: data.previousAgent ?? null, pending: before?.pending ?? null },
    ...{ offer: isAsked ? before.offer : null, letPass: isAsked ? before.letPass : [] },
    ...{ heldUntil: null, left: false },
  };
}

function notDone(
  state: RoutingState,
  before: RoutingItem,
  { data: { agent, reason }, recordedAt: now }: Extract<RoutingEvent, { type: 'routing.not_done' }>,
): RoutingState {
  const after = before.left ? undefined : { ...before, pending: null };
  switch (reason) {
    case 'gone':
    case 'customer_erased':
      return withItem(state, before.id, undefined, now);
    case 'agent_gone':
      return withAgent(withItem(state, before.id, after, now), agent, { gone: true });
    case 'taken':
    case 'changed':
      return withItem(state, before.id, after && { ...after, heldUntil: now + HELD_MS }, now);
  }
}
