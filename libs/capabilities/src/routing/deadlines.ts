import { type EpochMs } from '#kernel';
import { Heap } from './heap.js';

interface Deadline<Thing> {
  readonly at: EpochMs;
  readonly of: Thing;
}

/** Each thing's next time. Of things that are not there any more entries stay until most are such: looking for them would cost more. */
export class Deadlines<Thing> {
  #heap = new Heap<Deadline<Thing>>(byTime);

  constructor(
    private readonly timesOf: (thing: Thing) => readonly EpochMs[],
    private readonly present: { has(thing: Thing): boolean; readonly size: number },
  ) {}

  /** Of a thing, the first of its times after a time. */
  add(of: Thing, now: EpochMs): void {
    let at = Infinity;
    for (const time of this.timesOf(of)) if (time > now && time < at) at = time;
    if (at === Infinity) return;
    this.#heap.add({ at, of });
    if (this.#heap.size > 2 * this.present.size + 64)
      this.#heap = new Heap<Deadline<Thing>>(
        byTime,
        this.#heap.values.filter((each) => this.present.has(each.of)),
      );
  }

  /** Things whose time has come by then; each has to be added again for its next. */
  take(now: EpochMs): readonly Thing[] {
    const passed: Thing[] = [];
    for (let { least } = this.#heap; least !== undefined && least.at <= now; { least } = this.#heap) {
      this.#heap.take();
      if (this.present.has(least.of)) passed.push(least.of);
    }
    return passed;
  }

  get next(): EpochMs | undefined {
    while (this.#heap.least !== undefined && !this.present.has(this.#heap.least.of)) this.#heap.take();
    return this.#heap.least?.at;
  }

  clear(): void {
    this.#heap = new Heap<Deadline<Thing>>(byTime);
  }
}

const byTime = ({ at: one }: { readonly at: EpochMs }, { at: other }: { readonly at: EpochMs }): number => one - other;
