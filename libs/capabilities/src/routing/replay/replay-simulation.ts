import {
  clockOfStream,
  isRoutingEvent,
  type ItemChangedDto,
  routedConversationOf,
  type RoutingData,
  type RoutingEvent,
  type StoredClockEvent,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { type RoutingInput } from '../evolve-routing.js';
import { isRoutingInput, type RouteConversation, secondsToAnswer } from '../routing.reaction.js';
import { allItems, itemIn } from '../routing-items.js';
import {
  endsWork,
  isOutcome,
  type ItemPhase,
  type ItemStep,
  leavesUnattended,
  phaseAfter,
  phaseIn,
  stepsOf,
} from './item-phase.js';
import { type RecordedCourse, type Stretch } from './recorded-course.js';
import { type ReplayLedger } from './replay-ledger.js';
import { inputUnder, type ReplayPolicy } from './replay-policy.js';
import { type IssuedDecision, type RoutingRunner } from './routing-runner.js';
import { Schedule } from './schedule.js';
import { type Supposed, supposed } from './supposed-event.js';

type ItemChanged = Extract<RoutingEvent, { type: 'routing.item_changed' }>;

type Happening = { readonly id: string; readonly epoch: number } & (
  | { readonly what: 'done'; readonly command: RouteConversation }
  | { readonly what: 'taken'; readonly agent: string }
  | { readonly what: 'ended'; readonly then: ItemChangedDto | null }
);

/** A conversation that went another way than it did. */
interface Own {
  /** Changes with everything that happens to it: what was planned before is off. */
  epoch: number;
  /** When it was given to whoever has it, or was last. */
  heldSince: EpochMs;
  readonly customerId: string;
  /** Which pieces of work have been taken by hand: who gives one back at once, being away, does not take it again. */
  taken: number;
  /** Who had it last. */
  agent: string | null;
  /** Turns that began while the one before had not ended here. */
  readonly later: ItemChanged[];
}

export interface SimulationParts {
  readonly runner: RoutingRunner;
  readonly course: RecordedCourse;
  readonly policy: ReplayPolicy;
  readonly ledger: ReplayLedger;
  /** Commands on their way when it begins. */
  readonly awaited: Iterable<string>;
  readonly from: EpochMs;
}

/**
 * What would have been under another policy. A conversation goes the way that it went, event by event, for as long as it is decided
 * about as it was. From where it is decided otherwise, it is as if decisions are done at once, work takes as long as it took, and
 * customers come when they came. So the policy that was real gives what was real: nothing is ever decided otherwise.
 */
export class ReplaySimulation {
  readonly #own = new Map<string, Own>();
  readonly #schedule = new Schedule<Happening>();
  /** How things stood when it was real, by what was told up to now. */
  readonly #was: Map<string, ItemPhase>;
  /** Pieces of work that have ended, by conversation. */
  readonly #ended = new Map<string, number>();
  readonly #heldSince = new Map<string, EpochMs>();
  readonly #awaited: Set<string>;
  #made = 0;

  constructor(private readonly parts: SimulationParts) {
    const { runner, awaited, ledger, from } = parts;
    const ours = allItems(runner.state.items)
      .map(({ id }) => id)
      .filter((id) => phaseIn(runner.state, id) !== 'absent');
    this.#was = new Map(ours.map((id) => [id, phaseIn(runner.state, id)]));
    this.#awaited = new Set(awaited);
    for (const id of ours) {
      const isWaiting = phaseIn(runner.state, id) === 'waiting';
      ledger.begin(id, isWaiting, from);
      if (!isWaiting) this.#heldSince.set(id, from);
    }
  }

  /** Conversations that went another way. */
  get moved(): number {
    return this.#own.size;
  }

  /** How many turns later than the one that lasts here it was when this was told. */
  turnsAhead({ stream }: StoredClockEvent): number {
    const id = clockOfStream(stream)?.conversationId;
    const own = id === undefined ? undefined : this.#own.get(id);
    if (id === undefined || own === undefined || phaseIn(this.parts.runner.state, id) === 'absent') return 0;
    // A clock may be told of before the turn that it belongs to.
    return own.later.length + (this.#was.has(id) ? 0 : 1);
  }

  /** An event of the history; everything before it has happened. */
  event(event: RoutingInput): void {
    this.passTime(event.recordedAt);
    const input = inputUnder(this.parts.policy, event);
    if (!isRoutingEvent(input)) this.#run(input, input.recordedAt);
    else this.#item(input, routedConversationOf(input.stream));
  }

  /** Timers before a time, and what was planned up to then. */
  passTime(until: EpochMs): void {
    const { runner } = this.parts;
    for (;;) {
      const timer = runner.dueAt ?? Infinity;
      const planned = this.#schedule.nextAt ?? Infinity;
      // A timer that is due when something is recorded comes after it, as it does in the log.
      if (timer < until && timer < planned) this.#run(undefined, timer + 1, timer);
      else if (planned <= until) this.#happens();
      else return;
    }
  }

  #item(event: RoutingEvent, id: string): void {
    const was = this.#was.get(id) ?? 'absent';
    const is = phaseAfter(event, was);
    // Only what is ours is remembered.
    if (is === 'absent') this.#was.delete(id);
    else this.#was.set(id, is);
    const own = this.#own.get(id);
    if (own) this.#told(event, id, own, was);
    else if (isOutcome(event) && !this.#isAwaited(event.id)) this.#parts(id, event.key, event.recordedAt);
    else this.#run(event, event.recordedAt);
  }

  /** What nobody can explain, such as a decision of an earlier version, is taken as it was. */
  #isAwaited(decision: string): boolean {
    return this.#awaited.delete(decision) || !this.parts.course.knows(decision);
  }

  /** Something is told of a conversation that goes its own way: its customer comes, or it is otherwise while it waits. */
  #told(event: RoutingEvent, id: string, own: Own, was: ItemPhase): void {
    if (event.type !== 'routing.item_changed') return;
    const phase = phaseIn(this.parts.runner.state, id);
    if (was === 'absent' && phase !== 'absent') own.later.push(event);
    else if (was === 'absent') this.#arrives(event, id, own, event.recordedAt);
    else if (was === 'waiting' && phase === 'waiting' && event.data.agent === undefined)
      this.#say(id, event.recordedAt, 'routing.item_changed', event.data);
  }

  /** A customer comes back to whoever has the conversation here. */
  #arrives({ data }: ItemChanged, id: string, own: Own, at: EpochMs): void {
    own.epoch += 1;
    own.heldSince = at;
    const { agent, previousAgent, ...told } = data;
    const [now, before] = [agent && (own.agent ?? agent), previousAgent && (own.agent ?? previousAgent)];
    const changed = {
      ...told,
      ...(now !== undefined && { agent: now }),
      ...(before !== undefined && { previousAgent: before }),
    };
    this.#say(id, at, 'routing.item_changed', changed);
    this.#planned(id, own, at);
  }

  /** From now on it goes its own way. */
  #parts(id: string, customerId: string, at: EpochMs): Own {
    const agent = itemIn(this.parts.runner.state.items, id)?.agent ?? null;
    const own: Own = { epoch: 0, heldSince: this.#heldSince.get(id) ?? at, customerId, agent, taken: -1, later: [] };
    this.#own.set(id, own);
    this.#planned(id, own, at);
    return own;
  }

  /** What people do to it next, if routing does nothing. */
  #planned(id: string, own: Own, at: EpochMs): void {
    const { course, runner } = this.parts;
    const phase = phaseIn(runner.state, id);
    const index = this.#ended.get(id) ?? 0;
    const stretch = course.stretch(id, index);
    if (phase === 'held') this.#planEnd(id, own, stretch, at);
    else if (phase === 'waiting' && stretch !== undefined) {
      if ('leftAt' in stretch) this.#plan(Math.max(at, stretch.leftAt), id, own, { what: 'ended', then: null });
      else if (stretch.taken && own.taken < index)
        this.#plan(Math.max(at, stretch.taken.at), id, own, { what: 'taken', agent: stretch.taken.agent });
    }
  }

  #planEnd(id: string, own: Own, stretch: Stretch | undefined, at: EpochMs): void {
    const { course } = this.parts;
    if (stretch === undefined)
      this.#plan(Math.max(at, own.heldSince + course.usualWorkMs), id, own, { what: 'ended', then: null });
    else if ('leftAt' in stretch) this.#plan(Math.max(at, stretch.leftAt), id, own, { what: 'ended', then: null });
    else if (stretch.heldMs !== undefined)
      this.#plan(Math.max(at, own.heldSince + stretch.heldMs), id, own, { what: 'ended', then: stretch.then });
  }

  #plan(at: EpochMs, id: string, { epoch }: Own, what: DistributiveOmit<Happening, 'id' | 'epoch'>): void {
    this.#schedule.plan(at, { ...what, id, epoch });
  }

  #happens(): void {
    const planned = this.#schedule.take();
    if (!planned) return;
    const { at, what } = planned;
    const own = this.#own.get(what.id);
    if (own?.epoch !== what.epoch || phaseIn(this.parts.runner.state, what.id) === 'absent') return;
    own.epoch += 1;
    if (what.what === 'done') this.#done(what.id, own, what.command, at);
    else if (what.what === 'taken') {
      own.taken = this.#ended.get(what.id) ?? 0;
      this.#takes(what.id, what.agent, at);
      own.heldSince = at;
      this.#planned(what.id, own, at);
    } else this.#ends(what.id, own, what.then, at);
  }

  #done(id: string, own: Own, command: RouteConversation, at: EpochMs): void {
    const version = this.#version(id);
    const { agent } = command;
    if (command.type === 'Offer') {
      const seconds = secondsToAnswer(command);
      this.#say(id, at, 'routing.offered', { version, agent, seconds, why: command.why });
      // Whoever is asked takes it, in the time that it usually took.
      const takenAt = Math.min(at + this.parts.course.usualAcceptanceMs, at + seconds * 1_000 - 1);
      this.#plan(Math.max(at, takenAt), id, own, { what: 'taken', agent });
      return;
    }
    if (command.type === 'Assign') this.#say(id, at, 'routing.assigned', { version, agent, why: command.why });
    else this.#say(id, at, 'routing.returned', { version, agent });
    own.heldSince = at;
    this.#planned(id, own, at);
  }

  #ends(id: string, own: Own, then: ItemChangedDto | null, at: EpochMs): void {
    this.#ended.set(id, (this.#ended.get(id) ?? 0) + 1);
    if (then !== null) {
      this.#say(id, at, 'routing.item_changed', then);
      this.#planned(id, own, at);
      return;
    }
    this.#say(id, at, 'routing.item_left', { version: this.#version(id) });
    const next = own.later.shift();
    if (next) this.#arrives(next, id, own, at);
  }

  /** Somebody takes it by hand. */
  #takes(id: string, agent: string, at: EpochMs): void {
    const item = itemIn(this.parts.runner.state.items, id);
    if (!item) return;
    const { version, team, channel, priority, since, tags, direction } = item;
    this.#say(id, at, 'routing.item_changed', {
      ...{ version, channel, priority, since: new Date(since).toISOString(), tags: [...tags], agent },
      ...(team !== null && { team }),
      ...(direction !== null && { direction }),
    });
  }

  #version(id: string): number {
    return itemIn(this.parts.runner.state.items, id)?.version ?? 1;
  }

  #say<Type extends Supposed>(id: string, at: EpochMs, type: Type, data: RoutingData[Type]): void {
    this.#made += 1;
    const known = itemIn(this.parts.runner.state.items, id);
    const customerId = this.#own.get(id)?.customerId ?? '';
    const event = supposed({ number: this.#made, id, customerId, at }, type, data, known?.version ?? 1);
    if (isRoutingInput(event)) this.#run(event, at);
  }

  #run(event: RoutingInput | undefined, time: EpochMs, at = time): void {
    const { runner } = this.parts;
    const before = runner.state;
    const issued = runner.run(event, time);
    if (event) for (const step of stepsOf(before, runner.state, event)) this.#follow(step);
    for (const decision of issued) this.#decided(decision, at);
  }

  #follow(step: ItemStep): void {
    const { id, before, after, agent, at } = step;
    this.parts.ledger.saw(step);
    if (after !== 'held') this.#heldSince.delete(id);
    else if (before !== 'held') this.#heldSince.set(id, at);
    const own = this.#own.get(id);
    if (own) own.agent = agent ?? own.agent;
    else if (endsWork(step) || leavesUnattended(step)) this.#ended.set(id, (this.#ended.get(id) ?? 0) + 1);
  }

  #decided({ id: decision, command }: IssuedDecision, at: EpochMs): void {
    const id = command.conversationId;
    if (!this.#own.has(id) && this.parts.course.wasIssued(decision, command)) {
      this.#awaited.add(decision);
      return;
    }
    const own = this.#own.get(id) ?? this.#parts(id, command.customerId, at);
    own.epoch += 1;
    this.#plan(at, id, own, { what: 'done', command });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
