import { type Position } from '#kernel';
import { type LaneMarks } from './feed-cursor.js';
import { type Place } from './merged-events.js';

/** A lane that reads a window. */
export interface Member {
  /** There may be more. A hint. */
  wake(): void;
}

export interface Membership {
  /** The page before the last began here; it may be asked for again. */
  keep: Position;
  /** The last page began here … */
  asked: Position;
  /** … and ended here. */
  given: Position;
  /** Where it says it is, until the window has come that far and can tell. */
  claims: LaneMarks | undefined;
  /** The last places that it was given, whose marks need not be counted again. */
  places: readonly Place[];
  heldUpMs: number;
}

/** Who reads a window, and where. Those who are ahead wait for the others, but not for ever. */
export class WindowMembers {
  readonly #members = new Map<Member, Membership>();
  readonly #waiting = new Set<() => void>();

  constructor(private readonly patienceMs: number) {}

  get size(): number {
    return this.#members.size;
  }

  of(member: Member): Membership | undefined {
    return this.#members.get(member);
  }

  add(member: Member, position: Position, claims: LaneMarks | undefined): void {
    this.#members.set(member, {
      ...{ keep: position, asked: position, given: position },
      ...{ claims, places: [], heldUpMs: 0 },
    });
  }

  delete(member: Member): void {
    this.#members.delete(member);
  }

  /** Where the oldest page begins that may be asked for again; `otherwise` where nobody is. */
  oldest(otherwise: Position): Position {
    let oldest: Position | undefined;
    for (const { keep } of this.#members.values()) if (oldest === undefined || keep < oldest) oldest = keep;
    return oldest ?? otherwise;
  }

  /** Somebody was given all there is. */
  isReadTo(position: Position): boolean {
    return [...this.#members.values()].some(({ given }) => given >= position);
  }

  /** Those who were not given everything up to there. */
  wake(position: Position): void {
    for (const [member, { given }] of this.#members) if (given < position) member.wake();
  }

  /** Those who were given all there is: there is more, and they have to wait for the others. */
  wakeThoseAt(position: Position): void {
    for (const [member, { given }] of this.#members) if (given >= position) member.wake();
  }

  wakeAll(): void {
    for (const member of this.#members.keys()) member.wake();
    this.madeRoom();
  }

  madeRoom(): void {
    for (const go of this.#waiting) go();
  }

  /** Until somebody has made room. Who has kept others waiting for too long is left behind, and reads for itself. */
  async room(member: Member): Promise<void> {
    const own = this.#members.get(member)?.keep;
    const slower = [...this.#members]
      .filter(([, { keep }]) => own !== undefined && keep < own)
      .map(([one, membership]) => ({ one, membership, was: membership.keep }));
    const leftMs = slower.reduce(
      (least, { membership: { heldUpMs } }) => Math.min(least, this.patienceMs - heldUpMs),
      this.patienceMs,
    );
    // Those who wait together wait once.
    const isFirst = this.#waiting.size === 0;
    const begun = performance.now();
    await this.#wait(Math.max(0, leftMs));
    if (!isFirst) return;
    const waitedMs = performance.now() - begun;
    const slowest = slower.reduce<Position | undefined>(
      (least, { was }) => (least === undefined || was < least ? was : least),
      undefined,
    );
    for (const { one, membership, was } of slower) {
      if (membership.keep === was || was === slowest) membership.heldUpMs += waitedMs;
      if (membership.heldUpMs >= this.patienceMs && this.#members.get(one) === membership) this.#members.delete(one);
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      this.#waiting.add(go);
    });
  }
}
