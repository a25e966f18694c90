import { type ItemChangedDto } from '#contracts';
import { type EpochMs } from '#kernel';
import { type RouteConversation } from '../routing.reaction.js';
import { endsWork, type ItemStep, leavesUnattended } from './item-phase.js';

/** One piece of work on a conversation, as it was. What follows from it under another policy begins where that one gives it to somebody. */
export interface Holding {
  /** Somebody took it by hand, then. */
  readonly taken: { readonly agent: string; readonly at: EpochMs } | null;
  readonly from: EpochMs;
  /** How long they had it; `undefined`: longer than the history goes. */
  readonly heldMs: number | undefined;
  /** How it waited on afterwards, where it was still ours. */
  readonly then: ItemChangedDto | null;
}

/** It left while nobody had it. */
export interface Leaving {
  readonly leftAt: EpochMs;
}

export type Stretch = Holding | Leaving;

/** More pieces of work are not replayed at once: some 200 bytes each. */
const MAX_STRETCHES = 250_000;
/** Commands whose outcome is not told yet. */
const MAX_OUTSTANDING = 100_000;

/** There is more history than fits into memory. */
export class TooMuchHistoryError extends Error {
  override readonly name = 'TooMuchHistoryError';
  readonly remedy = 'Replay a shorter time: --from and --to.';
  constructor() {
    super(`More than ${MAX_STRETCHES.toLocaleString('en-GB')} pieces of work or decisions are replayed.`);
  }
}

/** What people did, and what routing decided, while it was real. */
export class RecordedCourse {
  readonly #stretches = new Map<string, Stretch[]>();
  readonly #open = new Map<string, Omit<Holding, 'heldMs' | 'then'>>();
  readonly #issued = new Map<string, string>();
  readonly #outstanding = new Map<string, string>();
  readonly #held: number[] = [];
  readonly #untilTaken: number[] = [];
  readonly #offeredAt = new Map<string, EpochMs>();
  #count = 0;
  #isKept = false;

  /** From here on it is kept; what came before only says how things stood. */
  keepFrom(held: readonly string[], at: EpochMs): ReadonlyMap<string, string> {
    this.#isKept = true;
    for (const id of held) this.#open.set(id, { taken: null, from: at });
    return new Map(this.#outstanding);
  }

  issued(id: string, command: RouteConversation): void {
    const text = textOf(command);
    this.#outstanding.set(id, text);
    const [oldest] = this.#outstanding.keys();
    if (this.#outstanding.size > MAX_OUTSTANDING && oldest !== undefined) this.#outstanding.delete(oldest);
    if (this.#isKept) {
      this.#issued.set(id, text);
      this.#bound();
    }
  }

  /** Whether routing decides so, as it is and as it was set up: also where its outcome is never told. */
  knows(id: string): boolean {
    return this.#issued.has(id);
  }

  /** Whether it is a decision that was made when it was real. */
  wasIssued(id: string, command: RouteConversation): boolean {
    return this.#issued.get(id) === textOf(command);
  }

  /** What became of a command is told; false where the replay had not decided so. */
  settled(id: string): boolean {
    return this.#outstanding.delete(id);
  }

  saw(step: ItemStep): void {
    if (!this.#isKept) return;
    const { id, event, before, after, agent, at } = step;
    if (event.type === 'routing.offered') this.#offeredAt.set(id, at);
    if (before !== 'held' && after === 'held' && agent !== null) {
      this.#open.set(id, { taken: event.type === 'routing.item_changed' ? { agent, at } : null, from: at });
      const offeredAt = this.#offeredAt.get(id);
      if (offeredAt !== undefined) this.#untilTaken.push(at - offeredAt);
    }
    if (after !== 'waiting' || event.type === 'routing.declined') this.#offeredAt.delete(id);
    if (before === 'held' && after !== 'held') this.#ended(step);
    if (leavesUnattended(step)) this.#add(id, { leftAt: at });
  }

  #ended(step: ItemStep): void {
    const { id, event, at } = step;
    const begun = this.#open.get(id);
    this.#open.delete(id);
    if (!begun || !endsWork(step)) return;
    const heldMs = at - begun.from;
    this.#held.push(heldMs);
    this.#add(id, { ...begun, heldMs, then: event.type === 'routing.item_changed' ? event.data : null });
  }

  /** The history ends here. */
  close(): void {
    for (const [id, begun] of this.#open) this.#add(id, { ...begun, heldMs: undefined, then: null });
    this.#open.clear();
  }

  stretch(id: string, index: number): Stretch | undefined {
    return this.#stretches.get(id)?.[index];
  }

  /** Of all work that was finished: for conversations that nobody had. */
  get usualWorkMs(): number {
    return middleOf(this.#held);
  }

  /** How long whoever took what they were offered took for it. */
  get usualAcceptanceMs(): number {
    return middleOf(this.#untilTaken);
  }

  #add(id: string, stretch: Stretch): void {
    const known = this.#stretches.get(id);
    if (known) known.push(stretch);
    else this.#stretches.set(id, [stretch]);
    this.#count += 1;
    this.#bound();
  }

  #bound(): void {
    if (this.#count > MAX_STRETCHES || this.#issued.size > MAX_STRETCHES) throw new TooMuchHistoryError();
  }
}

const textOf = ({ type, conversationId, agent }: RouteConversation): string => `${type} ${conversationId} ${agent}`;

function middleOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
