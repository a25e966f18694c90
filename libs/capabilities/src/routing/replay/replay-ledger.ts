import { type ClockDue, clockDueAfter, clockOfStream, orderedDue, type StoredClockEvent } from '#contracts';
import { type EpochMs } from '#kernel';
import { type ItemStep, leavesUnattended } from './item-phase.js';

export interface WaitFigures {
  readonly count: number;
  readonly meanSeconds: number | null;
  readonly medianSeconds: number | null;
  readonly p90Seconds: number | null;
}

/** What came of a policy. */
export interface ReplayFigures {
  /** From the moment that somebody was looked for until somebody had it, of those that somebody came to have. */
  readonly waits: WaitFigures;
  readonly assignments: { readonly routed: number; readonly byHand: number };
  /** Times that it was our turn in a conversation, and still was after the earliest due time that was told of it. */
  readonly breaches: number;
  /** At the end. */
  readonly stillWaiting: number;
  /** Nobody had them. */
  readonly leftWaiting: number;
  /** Over who was given what when: equal histories and policies have equal hashes. */
  readonly assignmentsHash: string;
}

export interface Digest {
  update(text: string): void;
  hex(): string;
}

/** Until when a clock wants something in one of the turns of its conversation, counted from 0. */
interface Due {
  readonly stream: string;
  readonly turn: number;
  readonly dueAt: EpochMs;
}

/** Counts what a policy leads to; one of them looks at what was, one at what would have been. */
export class ReplayLedger {
  readonly #waitingSince = new Map<string, EpochMs>();
  readonly #present = new Set<string>();
  /** Clocks that run or stand still, by stream. */
  readonly #clocks: Map<string, ClockDue>;
  /** Due times by conversation. */
  readonly #due: Map<string, readonly Due[]>;
  /** How often it was our turn in a conversation and is not any more. */
  readonly #turns: Map<string, number>;
  readonly #waits: number[] = [];
  #routed = 0;
  #byHand = 0;
  #breaches = 0;
  #leftWaiting = 0;

  /** @param like has heard of the same clocks */
  constructor(
    private readonly digest: Digest,
    like: ReplayLedger | undefined = undefined,
  ) {
    this.#clocks = new Map(like ? like.#clocks : []);
    this.#due = new Map(like ? like.#due : []);
    this.#turns = new Map(like ? like.#turns : []);
  }

  /** A conversation that was ours before the replay begins. */
  begin(id: string, waits: boolean, at: EpochMs): void {
    this.#present.add(id);
    if (waits) this.#waitingSince.set(id, at);
  }

  /**
   * Due times are what was told, whatever the policy. While it is our turn, a clock is not taken back: it was stopped by an answer, and
   * that may come later here.
   * @param ahead of how many turns from the one that lasts here it is told: the customer has come again while the one before goes on
   */
  clock(event: StoredClockEvent, ahead = 0): void {
    const told = clockOfStream(event.stream);
    if (!told) return;
    const { stream } = event;
    const id = told.conversationId;
    const known = this.#due.get(id) ?? [];
    const before = this.#clocks.get(stream);
    const after = clockDueAfter(before, event);
    if (after) this.#clocks.set(stream, after);
    else this.#clocks.delete(stream);
    const dueAt = after ? orderedDue(after) : null;
    if (dueAt === null) {
      if (!this.#present.has(id))
        this.#keep(
          id,
          known.filter((due) => due.stream !== stream),
        );
      return;
    }
    const begins = event.type === 'service_clock.activated' || event.type === 'service_clock.resumed';
    // A warning moves no due time, nor do other terms after a breach.
    if (!begins && before && orderedDue(before) === dueAt) return;
    const last = known.findLast((due) => due.stream === stream);
    const turn = begins || !last ? this.#turn(id) + ahead : last.turn;
    const others = known.filter((due) => due.stream !== stream || due.turn !== turn);
    this.#keep(id, [...others, { stream, turn, dueAt }]);
  }

  #turn(id: string): number {
    return this.#turns.get(id) ?? 0;
  }

  #keep(id: string, due: readonly Due[]): void {
    if (due.length > 0) this.#due.set(id, due);
    else this.#due.delete(id);
  }

  saw(step: ItemStep): void {
    const { id, event, before, after, agent, at } = step;
    if (after !== 'absent') this.#present.add(id);
    if (after === 'waiting' && before !== 'waiting') this.#waitingSince.set(id, at);
    // A customer who comes back to whoever has the conversation waits for nobody.
    if (after === 'held' && before === 'waiting') {
      this.#waits.push(at - (this.#waitingSince.get(id) ?? at));
      if (event.type === 'routing.assigned') this.#routed += 1;
      else this.#byHand += 1;
      this.digest.update(`${id} ${agent ?? ''} ${String(at)}\n`);
    }
    if (after !== 'waiting') this.#waitingSince.delete(id);
    if (leavesUnattended(step)) this.#leftWaiting += 1;
    if (after === 'absent' && before !== 'absent') {
      if (event.type !== 'persona.erased') this.#count(id, at);
      this.#present.delete(id);
      const turn = this.#turn(id);
      this.#turns.set(id, turn + 1);
      this.#keep(
        id,
        (this.#due.get(id) ?? []).filter((due) => due.turn > turn),
      );
    }
  }

  #count(id: string, at: EpochMs): void {
    const turn = this.#turn(id);
    const told = (this.#due.get(id) ?? []).filter((due) => due.turn <= turn);
    const due = Math.min(...told.map(({ dueAt }) => dueAt));
    // On time is at the due time.
    if (due < at) this.#breaches += 1;
  }

  close(at: EpochMs): ReplayFigures {
    for (const id of this.#present) this.#count(id, at);
    return {
      ...{ waits: figuresOf(this.#waits), assignments: { routed: this.#routed, byHand: this.#byHand } },
      ...{ breaches: this.#breaches, stillWaiting: this.#waitingSince.size, leftWaiting: this.#leftWaiting },
      assignmentsHash: this.digest.hex(),
    };
  }
}

function figuresOf(waits: readonly number[]): WaitFigures {
  const sorted = Float64Array.from(waits).sort();
  const count = sorted.length;
  const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms) / 1_000);
  // Nearest rank.
  const rank = (share: number): number | null => seconds(sorted[Math.max(0, Math.ceil(share * count) - 1)]);
  const mean = count === 0 ? undefined : sorted.reduce((sum, wait) => sum + wait, 0) / count;
  return { count, meanSeconds: seconds(mean), medianSeconds: rank(0.5), p90Seconds: rank(0.9) };
}
