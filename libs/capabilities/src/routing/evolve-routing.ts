import {
  agentIdOf,
  type AgentEvent,
  offerEndsAt,
  type PersonaErased,
  routedConversationOf,
  type RoutingEvent,
  teamIdOf,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { holdersOf, indexOf, itemsWith } from './routing-index.js';
import { allItems, itemIn } from './routing-items.js';
import { type RoutingAgent, type RoutingItem, type RoutingState, unknownAgent } from './routing-state.js';

export type RoutingInput = AgentEvent | RoutingEvent | PersonaErased;

/** Conversations that wait at once. Beyond it, one waits for a person, or until something happens in it; what somebody has takes their room however many there are. */
export const MAX_WAITING = 100_000;
/** Of something that was not done and is not explained, and of somebody who could have nothing, how long nothing is decided again. */
const HELD_MS = 60_000;
/** Whom everybody let pass waits that long before somebody is asked again, twice as long each further time. */
const ASKED_AGAIN_MS = 60_000;
/** Each further time it is twice as long, up to about an hour: one that nothing can be done about would fill the log. */
const MAX_DOUBLINGS = 6;

/** What an event says to routing. Pure; its recorded time is the time. */
export function evolveRouting(state: RoutingState, event: RoutingInput): RoutingState {
  const now = event.recordedAt;
  switch (event.type) {
    case 'team.configured':
      return { ...state, teams: { ...state.teams, [teamIdOf(event.stream)]: event.data.settings } };
    case 'agent.configured':
      return withAgent(state, agentIdOf(event.stream), { settings: event.data.settings, goneUntil: null });
    case 'agent.availability_changed': {
      const { availability, reason: ended = null } = event.data;
      const agent = agentIdOf(event.stream);
      const left = availability === 'online' ? state : withdrawn(state, agent, now);
      // Who comes has been idle since then, and not since they went.
      return withAgent(left, agent, { availability, ended, idleSince: now, goneUntil: null });
    }
    case 'persona.erased': {
      const theirs = allItems(state.items).filter(({ customerId }) => customerId === event.key);
      return theirs.reduce((all, { id }) => ({ ...all, items: itemsWith(all, id, undefined) }), state);
    }
    case 'routing.item_changed':
    case 'routing.item_left':
    case 'routing.assigned':
    case 'routing.declined':
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

/** What they did not get does not count for their rate: it was let pass, or somebody else had it. */
export function notGiven(state: RoutingState, agent: string | undefined): RoutingState {
  const given = agent === undefined ? [] : (state.agents[agent]?.given ?? []);
  return agent === undefined || given.length === 0 ? state : withAgent(state, agent, { given: given.slice(0, -1) });
}

/** Who is asked about it, or is to be given it, until the log says what became of that. */
const promisedTo = ({ pending, offer }: RoutingItem): string | undefined =>
  offer?.agent ?? (pending && pending.act !== 'return' ? pending.agent : undefined);

/** Who goes is not asked any more, and has let nothing pass by it. */
const withdrawn = (state: RoutingState, agent: string, now: EpochMs): RoutingState =>
  indexOf(state)
    .unsettled.filter(({ offer }) => offer?.agent === agent)
    .reduce((all, item) => withItem(notGiven(all, agent), item.id, { ...item, offer: null }, now), state);

/** The item as it is now, and whoever has more or less to do by it idle since now. */
export function withItem(state: RoutingState, id: string, after: RoutingItem | undefined, now: EpochMs): RoutingState {
  const before = itemIn(state.items, id);
  const had = before ? holdersOf(before) : [];
  const has = after ? holdersOf(after) : [];
  const touched = [...had.filter((each) => !has.includes(each)), ...has.filter((each) => !had.includes(each))];
  const items = itemsWith(state, id, after);
  return touched
    .filter((each) => Object.hasOwn(state.agents, each))
    .reduce((all, each) => withAgent(all, each, { idleSince: now }), { ...state, items });
}

function evolveItem(state: RoutingState, event: RoutingEvent): RoutingState {
  const now = event.recordedAt;
  const id = routedConversationOf(event.stream);
  const before = itemIn(state.items, id);
  if (event.type === 'routing.item_changed') {
    // It tells of a time before what is known: what made the difference is told next.
    if (before && event.data.version < before.version) return state;
    if (!before && event.data.agent === undefined && indexOf(state).unheld >= MAX_WAITING) return state;
    const after = told(before, id, event);
    const kept = before?.offer && !after.offer && after.agent !== before.offer.agent;
    return withItem(kept ? notGiven(state, before.offer?.agent) : state, id, after, now);
  }
  if (!before) return state;
  switch (event.type) {
    case 'routing.item_left': {
      const { version } = event.data;
      if (version < before.version) return state;
      // A command is on its way: what became of it is waited for, as room is kept for it.
      const left = before.pending ? { ...before, version, agent: null, offer: null, left: true } : undefined;
      return withItem(notGiven(state, before.offer?.agent), id, left, now);
    }
    case 'routing.assigned': {
      const { agent, version } = event.data;
      return withItem(
        state,
        id,
        { ...before, ...settled, agent, letPass: [], askedAgainAt: null, timesAsked: 0, left: false, version },
        now,
      );
    }
    case 'routing.offered': {
      const isThere = state.agents[event.data.agent]?.availability === 'online';
      const after = offered(before, event, isThere);
      const isAsked = after?.offer?.agent === event.data.agent;
      return withItem(isAsked ? state : notGiven(state, promisedTo(before)), id, after, now);
    }
    case 'routing.declined': {
      const { agent, until } = event.data;
      // The time of the offer may have run out before, or somebody have taken it.
      if (before.offer?.agent !== agent || before.offer.until !== Date.parse(until)) return state;
      return withItem(notGiven(state, agent), id, passedBy(before, agent, now), now);
    }
    case 'routing.returned':
      return withItem(state, id, { ...before, ...settled, agent: null, version: event.data.version }, now);
    case 'routing.not_done':
      return notDone(state, before, event);
  }
}

const settled = { pending: null, offer: null, heldUntil: null, timesHeld: 0 } as const;

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
    ...{
      askedAgainAt: isAsked ? (before.askedAgainAt ?? null) : null,
      timesAsked: isAsked ? (before.timesAsked ?? 0) : 0,
    },
    ...{ heldUntil: null, left: false },
  };
}

/** Somebody has let it pass. Those who have are asked again once all others were, and later each time: one that nobody wants would fill the log. */
export function passedBy(item: RoutingItem, agent: string, now: EpochMs): RoutingItem {
  const { letPass, timesAsked = 0 } = item;
  const askedAgainAt = now + ASKED_AGAIN_MS * 2 ** Math.min(timesAsked, MAX_DOUBLINGS);
  return { ...item, offer: null, letPass: [...letPass, agent], askedAgainAt };
}

/** Nobody is asked about what somebody has, or what is otherwise since, nor who is gone since: that was told before the offer was. */
function offered(
  before: RoutingItem,
  { data, recordedAt }: Extract<RoutingEvent, { type: 'routing.offered' }>,
  isThere: boolean,
): RoutingItem | undefined {
  const { version = 0, agent } = data;
  // An offer that was stored before offers had a version is taken for one of the conversation as it is known.
  const age = version === 0 ? 0 : version - before.version;
  if (before.left && age <= 0) return undefined;
  if (before.agent !== null || age < 0) return { ...before, pending: null };
  const offer = isThere ? { agent, until: offerEndsAt(data, recordedAt) } : null;
  return { ...before, ...settled, left: false, offer };
}

function notDone(
  whole: RoutingState,
  before: RoutingItem,
  { data: { agent, reason, version }, recordedAt: now }: Extract<RoutingEvent, { type: 'routing.not_done' }>,
): RoutingState {
  const after = before.left ? undefined : { ...before, pending: null };
  const state = before.pending?.act === 'return' ? whole : notGiven(whole, before.pending?.agent);
  switch (reason) {
    case 'gone':
      // It came back meanwhile, and that was told before.
      return withItem(state, before.id, (version ?? before.version) < before.version ? after : undefined, now);
    case 'customer_erased':
      return withItem(state, before.id, undefined, now);
    case 'agent_gone':
      return withAgent(withItem(state, before.id, after, now), agent, { goneUntil: now + HELD_MS });
    case 'taken':
    case 'changed':
      return withItem(state, before.id, after && held(after, now), now);
  }
}

function held(item: RoutingItem, now: EpochMs): RoutingItem {
  const { timesHeld = 0 } = item;
  const heldUntil = now + HELD_MS * 2 ** Math.min(timesHeld, MAX_DOUBLINGS);
  return { ...item, heldUntil, timesHeld: timesHeld + 1 };
}
