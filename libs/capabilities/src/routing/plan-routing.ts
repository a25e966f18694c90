import {
  type AgentStanding,
  channels,
  type ConsideredAgentDto,
  MAX_CONSIDERED,
  type RoutingReasonsDto,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { type Candidate, candidatesBy, itemsAt } from './routing-order.js';
import { type RoutingAgent, type RoutingItem, type RoutingState, unknownAgent } from './routing-state.js';
import { type ItemTerms, limitOn, teamsAsked, termsOf } from './team-terms.js';

export interface RoutingDecision {
  readonly item: RoutingItem;
  readonly agent: string;
  /** Until when they are asked; without it, it is given. */
  readonly offerUntil?: EpochMs;
  readonly why: RoutingReasonsDto;
}

/** Loads by agent and channel. */
export type Loads = ReadonlyMap<string, number>;
export const loadKey = (agent: string, channel: string): string => `${channel} ${agent}`;

/** What a conversation takes of somebody's room: what is theirs, and what is on its way to them. */
export function holdersOf({ agent, pending, offer }: RoutingItem): readonly string[] {
  return [...new Set([agent, pending?.act === 'return' ? null : pending?.agent, offer?.agent])].filter(
    (each) => each !== null && each !== undefined,
  );
}

export function loadsOf(state: RoutingState): Map<string, number> {
  const loads = new Map<string, number>();
  for (const item of Object.values(state.items)) {
    const holders = holdersOf(item);
    if (holders.length === 0) continue;
    const weight = termsOf(state, item)?.weight ?? 1;
    for (const agent of holders) addLoad(loads, loadKey(agent, item.channel), weight);
  }
  return loads;
}

const addLoad = (loads: Map<string, number>, key: string, weight: number): void => {
  loads.set(key, (loads.get(key) ?? 0) + weight);
};

/** Whether an item waits for an agent. */
export const isWaiting = ({ agent, pending, offer, heldUntil, left }: RoutingItem, now: EpochMs): boolean =>
  agent === null && pending === null && offer === null && !left && (heldUntil === null || now >= heldUntil);

/**
 * Whom to give what, at a time: the items in their order, each to the first agent in the order of agents who can have it. At most
 * `limit` decisions; what is left is decided when the log tells of the first of them. Pure; all ties are total.
 */
export function planRouting(state: RoutingState, now: EpochMs, limit: number): readonly RoutingDecision[] {
  const loads = loadsOf(state);
  // With a long queue and nobody who has room, which is the usual case, nothing has to be sorted.
  if (!Object.entries(state.agents).some((agent) => hasRoom(agent, loads, now))) return [];
  const work = new Work(state, now, loads);
  const decisions: RoutingDecision[] = [];
  for (const item of Object.values(state.items)
    .filter((item) => isWaiting(item, now))
    .sort(itemsAt(now))) {
    if (decisions.length === limit) break;
    const decision = work.decide(item);
    if (decision) decisions.push(decision);
  }
  return decisions;
}

/** Why somebody can have nothing at all. */
function standingOf({ settings, availability, goneUntil }: RoutingAgent, now: EpochMs): AgentStanding | undefined {
  if (settings === null || now < (goneUntil ?? 0)) return 'unknown';
  return availability === 'online' ? undefined : 'not_online';
}

function hasRoom([id, agent]: readonly [string, RoutingAgent], loads: Loads, now: EpochMs): boolean {
  const { settings } = agent;
  if (settings === null || standingOf(agent, now) !== undefined) return false;
  return channels.some((channel) => (loads.get(loadKey(id, channel)) ?? 0) < limitOn(settings, channel));
}

interface Standing extends Candidate {
  readonly standing: AgentStanding;
  readonly team: string;
}

/** Items are given one after the other: what one takes of an agent, the next does not find. */
class Work {
  readonly #loads: Map<string, number>;
  readonly #given = new Map<string, EpochMs[]>();
  readonly #agents = new Map<string, RoutingAgent>();
  /** What nobody could have: room only shrinks, so nobody can have the next one of the kind either. */
  #turns: number;
  readonly #hopeless = new Set<string>();

  constructor(
    private readonly state: RoutingState,
    private readonly now: EpochMs,
    loads: Loads,
  ) {
    this.#loads = new Map(loads);
    this.#turns = state.turns;
  }

  decide(item: RoutingItem): RoutingDecision | undefined {
    const terms = termsOf(this.state, item);
    if (!terms || terms.settings.strategy === 'manual') return undefined;
    const teams = teamsAsked(terms, item.since, this.now);
    const kind =
      item.previousAgent === null && item.letPass.length === 0 ? kindOf(item, terms, teams.length) : undefined;
    if (kind !== undefined && this.#hopeless.has(kind)) return undefined;
    const standings = this.#standings(item, terms, teams);
    const chosen = this.#choose(item, terms, standings);
    if (!chosen) {
      if (kind !== undefined) this.#hopeless.add(kind);
      return undefined;
    }
    this.#give(chosen, item, terms);
    const { offerSeconds } = terms.settings;
    return {
      ...{ item, agent: chosen.agent },
      ...(offerSeconds !== undefined && { offerUntil: this.now + offerSeconds * 1_000 }),
      why: reasonsOf(item, terms, { chosen, standings, now: this.now }),
    };
  }

  #standings(item: RoutingItem, terms: ItemTerms, teams: readonly string[]): readonly Standing[] {
    const distances = new Map<string, number>();
    for (const [distance, team] of teams.entries())
      for (const member of this.state.teams[team]?.members ?? [])
        if (!distances.has(member)) distances.set(member, distance);
    return [...distances]
      .map(([id, distance]) => this.#standing(id, item, terms, { distance, team: teams[distance] ?? terms.team }))
      .sort(
        (one, other) =>
          Number(other.standing === 'eligible') - Number(one.standing === 'eligible') ||
          candidatesBy(terms.settings.strategy)(one, other),
      );
  }

  #standing(
    id: string,
    item: RoutingItem,
    { weight, skills, languages }: ItemTerms,
    place: Pick<Standing, 'distance' | 'team'>,
  ): Standing {
    const agent = this.#agents.get(id) ?? this.state.agents[id] ?? unknownAgent;
    const { settings, idleSince, turn } = agent;
    const load = this.#loads.get(loadKey(id, item.channel)) ?? 0;
    const limit = settings === null ? 0 : limitOn(settings, item.channel);
    const told = { agent: id, ...place, load, limit, idleSince, turn, returning: id === item.previousAgent };
    const standing =
      standingOf(agent, this.now) ??
      (!skills.every((skill) => settings?.skills?.includes(skill) === true)
        ? 'lacks_skills'
        : !languages.every((language) => settings?.languages?.includes(language) === true)
          ? 'lacks_language'
          : load + weight > limit
            ? 'full'
            : this.#isRateLimited(id, agent)
              ? 'rate_limited'
              : item.letPass.includes(id)
                ? 'let_pass'
                : 'eligible');
    return { ...told, standing };
  }

  #isRateLimited(id: string, { settings, given }: RoutingAgent): boolean {
    const rate = settings?.rate;
    if (rate === undefined) return false;
    const since = this.now - rate.seconds * 1_000;
    const all = [...given, ...(this.#given.get(id) ?? [])];
    return all.filter((at) => at > since).length >= rate.conversations;
  }

  #choose(item: RoutingItem, { settings }: ItemTerms, standings: readonly Standing[]): Standing | undefined {
    const returning = standings.find((each) => each.returning);
    // Busy, and worth waiting for: for as long as the team says.
    if (
      (returning?.standing === 'full' || returning?.standing === 'rate_limited') &&
      this.now < item.since + (settings.stickySeconds ?? 0) * 1_000
    )
      return undefined;
    // Where everybody who could have it was asked, they are asked again.
    return (
      standings.find(({ standing }) => standing === 'eligible') ??
      standings.find(({ standing }) => standing === 'let_pass')
    );
  }

  #give({ agent: id }: Standing, item: RoutingItem, { weight }: ItemTerms): void {
    addLoad(this.#loads, loadKey(id, item.channel), weight);
    this.#given.set(id, [...(this.#given.get(id) ?? []), this.now]);
    const agent = this.#agents.get(id) ?? this.state.agents[id] ?? unknownAgent;
    this.#agents.set(id, { ...agent, idleSince: this.now, turn: (this.#turns += 1) });
  }
}

const kindOf = ({ channel }: RoutingItem, { team, weight, skills, languages }: ItemTerms, teams: number): string =>
  JSON.stringify([team, channel, weight, skills, languages, teams]);

function reasonsOf(
  { since, dueAt }: RoutingItem,
  { team, settings, weight }: ItemTerms,
  {
    chosen,
    standings,
    now,
  }: { readonly chosen: Standing; readonly standings: readonly Standing[]; readonly now: EpochMs },
): RoutingReasonsDto {
  const told = [chosen, ...standings.filter((each) => each !== chosen)].map(
    ({ agent, standing, load, limit }, index): ConsideredAgentDto => ({
      ...{ agent, load, limit, standing: index === 0 ? 'chosen' : standing },
    }),
  );
  const others = told.length - MAX_CONSIDERED;
  return {
    ...{ team, strategy: settings.strategy, weight },
    ...{ since: new Date(since).toISOString(), decidedAt: new Date(now).toISOString() },
    ...{ breached: dueAt !== null && dueAt <= now, returning: chosen.returning },
    ...(chosen.distance > 0 && { overflow: chosen.team }),
    considered: told.slice(0, MAX_CONSIDERED),
    ...(others > 0 && { others }),
  };
}

/** When time alone may let somebody have something: a wait for somebody is over, others are asked, an offer or a rate has run out, or somebody may be back. */
export function nextRouting(state: RoutingState, now: EpochMs): EpochMs | undefined {
  let next = Infinity;
  const consider = (at: EpochMs): void => {
    if (at > now && at < next) next = at;
  };
  let anyWaiting = false;
  for (const item of Object.values(state.items)) {
    if (item.offer !== null) consider(item.offer.until);
    if (item.pending !== null) consider(item.pending.until);
    if (item.heldUntil !== null) consider(item.heldUntil);
    if (!isWaiting(item, now)) continue;
    const terms = termsOf(state, item);
    if (!terms || terms.settings.strategy === 'manual') continue;
    anyWaiting = true;
    const { stickySeconds, overflow = [] } = terms.settings;
    if (item.previousAgent !== null && stickySeconds !== undefined) consider(item.since + stickySeconds * 1_000);
    for (const { afterSeconds } of overflow) consider(item.since + afterSeconds * 1_000);
  }
  if (anyWaiting)
    for (const { settings, given, goneUntil } of Object.values(state.agents)) {
      if (settings?.rate !== undefined) for (const at of given) consider(at + settings.rate.seconds * 1_000);
      consider(goneUntil ?? now);
    }
  return Number.isFinite(next) ? next : undefined;
}
