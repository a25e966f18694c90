import { clockOfStream, type StoredClockEvent } from '#contracts';
import { type EpochMs } from '#kernel';
import { dueBy } from '../due-by.js';
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

/** Counts what a policy leads to; one of them looks at what was, one at what would have been. */
export class ReplayLedger {
  readonly #waitingSince = new Map<string, EpochMs>();
  readonly #present = new Set<string>();
  /** Due times by conversation and clock. */
  readonly #due: Map<string, Map<string, EpochMs>>;
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
    this.#due = new Map([...(like ? like.#due : [])].map(([id, clocks]) => [id, new Map(clocks)]));
  }

  /** A conversation that was ours before the replay begins. */
  begin(id: string, waits: boolean, at: EpochMs): void {
    this.#present.add(id);
    if (waits) this.#waitingSince.set(id, at);
  }

  /** Due times are what was told, whatever the policy. While it is our turn, a clock is not taken back: it was stopped by an answer, and that may come later here. */
  clock(event: StoredClockEvent): void {
    const told = clockOfStream(event.stream);
    if (!told) return;
    const id = told.conversationId;
    const known = this.#due.get(id) ?? new Map<string, EpochMs>();
    const dueAt = dueBy(event, known.get(event.stream));
    if (dueAt !== undefined) known.set(event.stream, dueAt);
    else if (!this.#present.has(id)) known.delete(event.stream);
    if (known.size > 0) this.#due.set(id, known);
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
      this.#due.delete(id);
    }
  }

  #count(id: string, at: EpochMs): void {
    const due = Math.min(...(this.#due.get(id)?.values() ?? []));
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
