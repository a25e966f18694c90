import { type EpochMs } from '#kernel';

interface Entry<Step> {
  readonly at: EpochMs;
  /** Of two at the same time the one that was planned first comes first. */
  readonly order: number;
  readonly step: Step;
}

/** What will happen, the earliest first: a binary heap. It holds what is planned, never what has been. */
export class Agenda<Step> {
  private entries: Entry<Step>[] = [];
  private planned = 0;

  get size(): number {
    return this.entries.length;
  }

  get nextAt(): EpochMs | undefined {
    return this.entries[0]?.at;
  }

  add(at: EpochMs, step: Step): void {
    const entry = { at, order: this.planned++, step };
    let place = this.entries.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.entries[above];
      if (other === undefined || isBefore(other, entry)) break;
      this.entries[place] = other;
      place = above;
    }
    this.entries[place] = entry;
  }

  take(): { readonly at: EpochMs; readonly step: Step } | undefined {
    const first = this.entries[0];
    const last = this.entries.pop();
    if (first === undefined || last === undefined || this.entries.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = this.entries[2 * place + 1];
      const right = this.entries[2 * place + 2];
      if (left === undefined) break;
      const below = right !== undefined && isBefore(right, left) ? right : left;
      if (isBefore(last, below)) break;
      this.entries[place] = below;
      place = 2 * place + (below === left ? 1 : 2);
    }
    this.entries[place] = last;
    return first;
  }

  /** Forgets what does not pass. */
  keep(passes: (step: Step) => boolean): void {
    const kept = this.entries.filter(({ step }) => passes(step)).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    // Sorted ascending is a heap.
    this.entries = kept;
  }
}

const isBefore = (a: Entry<unknown>, b: Entry<unknown>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
