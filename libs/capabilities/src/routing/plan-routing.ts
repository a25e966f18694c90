import {
  isOverdue,
  type AgentStanding,
  channels,
  type ConsideredAgentDto,
  MAX_CONSIDERED,
  type RoutingReasonsDto,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { Heap } from './heap.js';
import { indexOf, loadKey } from './routing-index.js';
import { type Candidate, candidatesBy, itemsAt } from './routing-order.js';
import { type RoutingAgent, type RoutingItem, type RoutingState, unknownAgent } from './routing-state.js';
import { type ItemTerms, limitOn, teamsAsked } from './team-terms.js';
import { type WaitingKind } from './timetable.js';

export interface RoutingDecision {
  readonly item: RoutingItem;
  readonly agent: string;
  /** Until when they are asked; without it, it is given. */
  readonly offerUntil?: EpochMs;
  readonly why: RoutingReasonsDto;
}

/**
 * Whom to give what, at a time: the items in their order, each to the first agent in the order of agents who can have it. At most
 * `limit` decisions; what is left is decided when the log tells of the first of them. Pure; all ties are total.
 */
export function planRouting(state: RoutingState, now: EpochMs, limit: number): readonly RoutingDecision[] {
  const index = indexOf(state);
  const { loads } = index;
  const decisions: RoutingDecision[] = [];
  // With a long queue and nobody who has room, which is the usual case, nothing has to be looked at.
  if (limit <= 0 || !Object.entries(state.agents).some((agent) => hasRoom(agent, loads, now))) return decisions;
  const work = new Work(state, now, loads);
  const order = itemsAt(now);
  const queues = new Heap<Queue>(
    (one, other) => order(one.next, other.next),
    work.queues(index.waitingAt(now).kinds()),
  );
  for (let queue = queues.take(); queue; queue = queues.take()) {
    const decision = work.decide(queue);
    if (decision) decisions.push(decision);
    if (decisions.length === limit || work.isDone) return decisions;
    const { done, value } = queue.behind.next();
    if (done !== true && queue.of.isOpen) queues.add({ ...queue, next: value });
  }
  return decisions;
}

/** Why somebody can have nothing at all. */
function standingOf({ settings, availability, goneUntil }: RoutingAgent, now: EpochMs): AgentStanding | undefined {
  if (settings === null || now < (goneUntil ?? 0)) return 'unknown';
  return availability === 'online' ? undefined : 'not_online';
}

function hasRoom(
  [id, agent]: readonly [string, RoutingAgent],
  loads: ReadonlyMap<string, number>,
  now: EpochMs,
): boolean {
  const { settings } = agent;
  if (settings === null || standingOf(agent, now) !== undefined) return false;
  return channels.some((channel) => (loads.get(loadKey(id, channel)) ?? 0) < limitOn(settings, channel));
}

interface Standing extends Candidate {
  readonly standing: AgentStanding;
  readonly team: string;
}

/** Conversations of a kind, in their order. */
interface Queue {
  readonly next: RoutingItem;
  readonly behind: Iterator<RoutingItem>;
  readonly of: Kind;
}

/** Conversations that the same agents can have. */
interface Kind {
  readonly terms: ItemTerms;
  /** Whose members are asked. */
  readonly teams: readonly string[];
  isOpen: boolean;
  /** After how many decisions that was found. */
  foundAt: number;
}

/** Items are given one after the other: what one takes of an agent, the next does not find. */
class Work {
  readonly #loads: Map<string, number>;
  readonly #given = new Map<string, EpochMs[]>();
  readonly #agents = new Map<string, RoutingAgent>();
  #open = 0;
  #decided = 0;
  #turns: number;

  constructor(
    private readonly state: RoutingState,
    private readonly now: EpochMs,
    loads: ReadonlyMap<string, number>,
  ) {
    this.#loads = new Map(loads);
    this.#turns = state.turns;
  }

  /** Nobody has room for anything that waits. */
  get isDone(): boolean {
    return this.#open === 0;
  }

  /** Of those that wait and that somebody has room for. Room only shrinks: what nobody can have now nobody can have later, either. */
  queues(kinds: Iterable<WaitingKind>): readonly Queue[] {
    const found: Queue[] = [];
    for (const { terms, breached, others } of kinds) {
      const heads = [breached, others].flatMap((list) => {
        const behind = list[Symbol.iterator]();
        const { done, value } = behind.next();
        return done === true ? [] : [{ next: value, behind }];
      });
      const [first] = heads;
      if (!first) continue;
      const teams = teamsAsked(terms, first.next.since, this.now);
      const of = { terms, teams, isOpen: this.#isPossible(first.next, terms, teams), foundAt: 0 };
      if (!of.isOpen) continue;
      this.#open += 1;
      found.push(...heads.map((head) => ({ ...head, of })));
    }
    return found;
  }

  decide({ next: item, of }: Queue): RoutingDecision | undefined {
    const { terms, teams } = of;
    if (of.isOpen && of.foundAt < this.#decided) {
      of.foundAt = this.#decided;
      of.isOpen = this.#isPossible(item, terms, teams);
      if (!of.isOpen) this.#open -= 1;
    }
    if (!of.isOpen) return undefined;
    const standings = this.#standings(item, terms, teams);
    const chosen = this.#choose(item, terms, standings);
    if (!chosen) return undefined;
    this.#decided += 1;
    this.#give(chosen, item, terms);
    const { offerSeconds } = terms.settings;
    return {
      ...{ item, agent: chosen.agent },
      ...(offerSeconds !== undefined && { offerUntil: this.now + offerSeconds * 1_000 }),
      why: reasonsOf(item, terms, { chosen, standings, now: this.now }),
    };
  }

  /** Whether anybody could have such a one, whoever had been asked about it. */
  #isPossible(item: RoutingItem, terms: ItemTerms, teams: readonly string[]): boolean {
    const place = { distance: 0, team: terms.team };
    return teams.some((team) =>
      (this.state.teams[team]?.members ?? []).some((id) => {
        const { standing } = this.#standing(id, item, terms, place);
        return standing === 'eligible' || standing === 'let_pass';
      }),
    );
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
    // Where everybody who could have it was asked, they are asked again, after a while.
    const again = this.now >= (item.askedAgainAt ?? 0) ? 'let_pass' : undefined;
    return (
      standings.find(({ standing }) => standing === 'eligible') ?? standings.find(({ standing }) => standing === again)
    );
  }

  #give({ agent: id }: Standing, item: RoutingItem, { weight }: ItemTerms): void {
    const key = loadKey(id, item.channel);
    this.#loads.set(key, (this.#loads.get(key) ?? 0) + weight);
    this.#given.set(id, [...(this.#given.get(id) ?? []), this.now]);
    const agent = this.#agents.get(id) ?? this.state.agents[id] ?? unknownAgent;
    this.#agents.set(id, { ...agent, idleSince: this.now, turn: (this.#turns += 1) });
  }
}

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
    ...{ breached: isOverdue(dueAt, now), returning: chosen.returning },
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
  const waiting = indexOf(state).waitingAt(now);
  consider(waiting.nextChance ?? now);
  if (waiting.waiting > 0)
    for (const { settings, given, goneUntil } of Object.values(state.agents)) {
      if (settings?.rate !== undefined) for (const at of given) consider(at + settings.rate.seconds * 1_000);
      consider(goneUntil ?? now);
    }
  return Number.isFinite(next) ? next : undefined;
}
