import { isRoutingEvent, isStoredClockEvent } from '#contracts';
import { type EpochMs, type RecordedEvent } from '#kernel';
import { isRoutingInput } from '../routing.reaction.js';
import { allItems } from '../routing-items.js';
import { isOutcome, phaseIn, stepsOf } from './item-phase.js';
import { RecordedCourse } from './recorded-course.js';
import { type Digest, type ReplayFigures, ReplayLedger } from './replay-ledger.js';
import { type PolicyFault, type ReplayPolicy, stateUnder, unknownNames } from './replay-policy.js';
import { ReplaySimulation } from './replay-simulation.js';
import { type RoutingRunner } from './routing-runner.js';

export interface ReplayParts {
  /** The log from its beginning, or from when `from` was, in its order; of all types. */
  readonly history: (begin: 'start' | 'from') => AsyncIterable<RecordedEvent>;
  readonly runner: RoutingRunner;
  readonly digest: () => Digest;
  readonly policy: ReplayPolicy;
  /** What was recorded then or later is replayed. */
  readonly from: EpochMs;
  /** Not what was recorded after it. */
  readonly to: EpochMs;
}

export interface RoutingReplay {
  readonly real: ReplayFigures;
  readonly other: ReplayFigures;
  /** Conversations that went another way than they did. */
  readonly moved: number;
  /** Outcomes of decisions that are in the log, and how many of them routing decides again from what was before. */
  readonly decisions: { readonly recorded: number; readonly reproduced: number };
}

/** The policy names somebody who was not there. */
export class UnknownNamesError extends Error {
  override readonly name = 'UnknownNamesError';
  constructor(readonly faults: readonly PolicyFault[]) {
    super(faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join(' '));
  }
}

/** Where things stood when the replay begins. */
interface Beginning {
  readonly runner: RoutingRunner;
  readonly ledger: ReplayLedger;
  readonly awaited: Iterable<string>;
}

/** Goes through the history twice: as it was, then as it would have been. Nothing is stored. @throws UnknownNamesError */
export async function replayRouting(parts: ReplayParts): Promise<RoutingReplay> {
  const real = new RealRouting(parts);
  for await (const event of parts.history('start')) real.event(event);
  const { beginning, figures: realFigures, course } = real.close();
  const unknown = unknownNames(parts.policy, parts.runner.state);
  if (unknown.length > 0) throw new UnknownNamesError(unknown);
  const { from, to, policy } = parts;
  const simulation = new ReplaySimulation({ ...beginning, course, policy, from });
  let time = from;
  for await (const event of parts.history('from')) {
    // What was planned up to then has happened before it is told.
    simulation.passTime(event.recordedAt);
    if (isStoredClockEvent(event)) beginning.ledger.clock(event, simulation.turnsAhead(event));
    if (isRoutingInput(event)) simulation.event(event);
    time = event.recordedAt;
  }
  const end = endOf(time, to);
  return { real: realFigures, other: beginning.ledger.close(end), moved: simulation.moved, decisions: real.decisions };
}

/** A history that goes on is as it was at `to`; one that ends before is as it was at its last event. */
const endOf = (last: EpochMs, to: EpochMs): EpochMs => Math.min(last, to);

class RealRouting {
  readonly #course = new RecordedCourse();
  readonly #ledger: ReplayLedger;
  #beginning: Beginning | undefined;
  #time: EpochMs;
  #recorded = 0;
  #reproduced = 0;

  constructor(private readonly parts: ReplayParts) {
    this.#ledger = new ReplayLedger(parts.digest());
    this.#time = parts.from;
  }

  get decisions() {
    return { recorded: this.#recorded, reproduced: this.#reproduced };
  }

  event(event: RecordedEvent): void {
    const { runner, from } = this.parts;
    if (event.recordedAt >= from) {
      this.#beginning ??= this.#begin();
      this.#time = event.recordedAt;
    }
    if (isStoredClockEvent(event)) this.#ledger.clock(event);
    const handled = isRoutingInput(event) ? event : undefined;
    const before = runner.state;
    for (const { id, command } of runner.run(handled, event.recordedAt)) this.#course.issued(id, command);
    if (!handled) return;
    if (isRoutingEvent(handled) && isOutcome(handled)) {
      const isReproduced = this.#course.settled(handled.id);
      if (this.#beginning) this.#recorded += 1;
      if (this.#beginning && isReproduced) this.#reproduced += 1;
    }
    for (const step of stepsOf(before, runner.state, handled)) {
      this.#course.saw(step);
      if (this.#beginning) this.#ledger.saw(step);
    }
  }

  close(): { readonly beginning: Beginning; readonly figures: ReplayFigures; readonly course: RecordedCourse } {
    const beginning = this.#beginning ?? this.#begin();
    this.#course.close();
    return { beginning, figures: this.#ledger.close(endOf(this.#time, this.parts.to)), course: this.#course };
  }

  #begin(): Beginning {
    const { runner, policy, digest, from } = this.parts;
    const ledger = new ReplayLedger(digest(), this.#ledger);
    const ids = allItems(runner.state.items).map(({ id }) => id);
    for (const id of ids) {
      const phase = phaseIn(runner.state, id);
      if (phase !== 'absent') this.#ledger.begin(id, phase === 'waiting', from);
    }
    const held = ids.filter((id) => phaseIn(runner.state, id) === 'held');
    const awaited = this.#course.keepFrom(held, from).keys();
    return { runner: runner.fork((state) => stateUnder(policy, state)), ledger, awaited };
  }
}
