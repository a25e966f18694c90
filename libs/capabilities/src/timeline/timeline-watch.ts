import { type Position, type ReadModels } from '#kernel';
import { WakeUp } from './wake-up.js';

const newsSql = `
  SELECT DISTINCT persona_id AS id FROM {timeline} WHERE persona_id = ANY ($1::uuid[]) AND position > $2::bigint`;

/**
 * Tells followers that their customer's timeline has grown: one query for all of them whenever the read model moves, where a
 * thousand followers that look for themselves would be a thousand. Only hints: followers read what is new themselves, and look
 * now and then without a hint, too.
 */
export class TimelineWatch {
  readonly #followers = new Map<string, Set<WakeUp>>();
  #stop: AbortController | undefined;

  constructor(
    private readonly readModels: ReadModels,
    /** Hints about moves may be lost: how long to wait for one at most. */
    private readonly pollIntervalMs: number,
  ) {}

  /** Calls the wake-up after the customer's timeline has grown, until the returned function is called. */
  add(customerId: string, wakeUp: WakeUp): () => void {
    const others = this.#followers.get(customerId);
    if (others === undefined) this.#followers.set(customerId, new Set([wakeUp]));
    else others.add(wakeUp);
    if (this.#stop === undefined) this.#start();
    return () => {
      this.#remove(customerId, wakeUp);
    };
  }

  #remove(customerId: string, wakeUp: WakeUp): void {
    const wakeUps = this.#followers.get(customerId);
    wakeUps?.delete(wakeUp);
    if (wakeUps?.size === 0) this.#followers.delete(customerId);
    if (this.#followers.size > 0) return;
    this.#stop?.abort();
    this.#stop = undefined;
  }

  #start(): void {
    const stop = new AbortController();
    this.#stop = stop;
    const moved = new WakeUp();
    const unsubscribe = this.readModels.onMoved('timeline', () => {
      moved.call();
    });
    stop.signal.addEventListener('abort', unsubscribe);
    void this.#run(moved, stop.signal);
  }

  /** Never throws: what goes wrong here, followers meet themselves. */
  async #run(moved: WakeUp, signal: AbortSignal): Promise<void> {
    let seen: Position | undefined;
    while (!signal.aborted) {
      const before = seen;
      seen = await this.#look(before).catch(() => undefined);
      // Nobody knows what came before the first look, or during one that failed.
      if (before === undefined || seen === undefined) this.#wake([...this.#followers.keys()]);
      await moved.wait(this.pollIntervalMs, signal);
    }
  }

  async #look(seen: Position | undefined): Promise<Position> {
    // Asked for before the rows: what is applied in between is looked at again the next time. It goes back when another build
    // of the read model takes over that is not as far.
    const applied = await this.readModels.appliedPosition('timeline');
    if (seen === undefined || applied === seen) return applied;
    const since = applied < seen ? applied : seen;
    const customers = [...this.#followers.keys()];
    const news = await this.readModels.query<{ id: string }>(newsSql, [customers, since.toString()]);
    this.#wake(news.map(({ id }) => id));
    return applied;
  }

  #wake(customers: readonly string[]): void {
    for (const customer of customers) for (const wakeUp of this.#followers.get(customer) ?? []) wakeUp.call();
  }
}
