import { type EndReason, type RoutingReasonsDto } from '#contracts';
import { type EpochMs, type Reacted, type Reaction, type RecordedEvent } from '#kernel';
import { evolveRouting, notGiven, passedBy, type RoutingInput, withAgent, withItem } from './evolve-routing.js';
import { nextRouting, planRouting, type RoutingDecision } from './plan-routing.js';
import { indexOf } from './routing-index.js';
import { routingPieces } from './routing-pieces.js';
import { noRouting, type RoutingItem, type RoutingState, unknownAgent } from './routing-state.js';

interface OnItem {
  readonly conversationId: string;
  readonly customerId: string;
  readonly agent: string;
}

/** What routing wants done; each is done unless the conversation is otherwise by then. */
export type RouteConversation = OnItem &
  (
    | { readonly type: 'Assign'; readonly team: string | null; readonly why: RoutingReasonsDto }
    | {
        readonly type: 'Offer';
        readonly team: string | null;
        /** From when it is decided; how long they have is counted from when they are asked. */
        readonly until: EpochMs;
        readonly why: RoutingReasonsDto;
      }
    /** They are away, and have said that others should have what is theirs; or their account or key has ended. */
    | { readonly type: 'Return'; readonly reason?: EndReason }
  );

/** How long whoever is asked has. */
export const secondsToAnswer = ({ until, why }: Extract<RouteConversation, { readonly type: 'Offer' }>): number =>
  (until - Date.parse(why.decidedAt)) / 1_000;

/** Decisions at one trigger; what comes of the first of them triggers the next. */
const MAX_DECISIONS = 50;
/** A command whose outcome is not told by then never was: an earlier version had decided otherwise. */
const PENDING_MS = 3_600_000;
const WAKE = 'wake';

type Drained = Reacted<RoutingState, RouteConversation>;

/** Everything that can be decided now is, and time wakes it when something can be decided by time alone. */
export function drainRouting(before: RoutingState, now: EpochMs): Drained {
  let state = passTime(before, now);
  const commands: RouteConversation[] = [];
  for (const item of toReturn(state, now).slice(0, MAX_DECISIONS)) {
    const { id, customerId, agent } = item;
    const ended = state.agents[agent]?.ended;
    commands.push({ type: 'Return', conversationId: id, customerId, agent, ...(ended && { reason: ended }) });
    state = withItem(state, id, { ...item, pending: { act: 'return', agent, until: now + PENDING_MS } }, now);
  }
  for (const decision of planRouting(state, now, MAX_DECISIONS - commands.length)) {
    commands.push(commandOf(decision));
    state = decided(state, decision, now);
  }
  const wakeAt = nextRouting(state, now);
  return {
    ...{ state, commands },
    ...(wakeAt === undefined ? { cancelled: [WAKE] } : { set: [{ name: WAKE, dueAt: wakeAt }] }),
  };
}

/** Offers that ran out, and commands that never were. */
function passTime(before: RoutingState, now: EpochMs): RoutingState {
  let state = before;
  for (const found of indexOf(before).unsettled)
    if (found.offer && found.offer.until <= now)
      state = withItem(notGiven(state, found.offer.agent), found.id, passedBy(found, found.offer.agent, now), now);
  for (const found of indexOf(state).unsettled)
    if (found.pending && found.pending.until <= now)
      state = withItem(state, found.id, found.left ? undefined : { ...found, pending: null }, now);
  return state;
}

type Held = RoutingItem & { readonly agent: string };

const toReturn = (state: RoutingState, now: EpochMs): readonly Held[] =>
  Object.entries(state.agents)
    .filter(([, { availability }]) => availability === 'away_and_reassign')
    .flatMap(([agent]) =>
      indexOf(state)
        .heldBy(agent)
        .map((item) => ({ ...item, agent })),
    )
    .filter(({ pending, heldUntil }) => pending === null && (heldUntil === null || now >= heldUntil))
    .sort((one, other) => (one.id < other.id ? -1 : 1));

function commandOf({ item, agent, offerUntil, why }: RoutingDecision): RouteConversation {
  const told = { conversationId: item.id, customerId: item.customerId, agent, team: item.team, why };
  return offerUntil === undefined ? { type: 'Assign', ...told } : { type: 'Offer', ...told, until: offerUntil };
}

function decided(before: RoutingState, { item, agent, offerUntil }: RoutingDecision, now: EpochMs): RoutingState {
  const act = offerUntil === undefined ? 'assign' : 'offer';
  // Where everybody was asked, they are asked again from the beginning.
  const isAgain = item.letPass.includes(agent);
  const asked = isAgain ? { letPass: [], timesAsked: (item.timesAsked ?? 0) + 1 } : {};
  const pending = { act, agent, until: now + PENDING_MS } as const;
  const state = withItem(before, item.id, { ...item, ...asked, pending }, now);
  const turns = state.turns + 1;
  const { settings, given } = state.agents[agent] ?? unknownAgent;
  const rate = settings?.rate;
  const counted = rate
    ? [...given, now].filter((at) => at > now - rate.seconds * 1_000).slice(-rate.conversations)
    : [];
  return { ...withAgent(state, agent, { turn: turns, given: counted, idleSince: now }), turns };
}

const after = (state: RoutingState, event: RoutingInput): Drained =>
  drainRouting(evolveRouting(state, event), event.recordedAt);

/**
 * Gives conversations to agents, the moment one can have one: when it becomes our turn, when room is made, when somebody comes. It
 * remembers what waits and what is being worked on, all of it under one key: an agent is in several teams, and has room once.
 */
export const routing: Reaction<RoutingState, RouteConversation, RoutingInput> = {
  name: 'routing',
  version: 6,
  // There is nothing to route before the first start: what is told of conversations is told from then on.
  actsFrom: 'first-event',
  initial: noRouting,
  pieces: routingPieces,
  key: () => 'routing',
  // What was decided in one go holds together; in which order it is done is nobody's concern.
  about: ({ conversationId }) => conversationId,
  when: {
    'team.configured': after,
    'agent.configured': after,
    'agent.availability_changed': after,
    'routing.item_changed': after,
    'routing.item_left': after,
    'routing.assigned': after,
    'routing.declined': after,
    'routing.offered': after,
    'routing.returned': after,
    'routing.not_done': after,
    'persona.erased': after,
  },
  due: (state, { at }) => drainRouting(state, at),
};

/** Whether it is one of the events that routing is decided from. */
export const isRoutingInput = (event: RecordedEvent): event is RoutingInput => Object.hasOwn(routing.when, event.type);
