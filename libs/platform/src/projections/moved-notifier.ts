import { WakeUp } from '#platform/consumers';
import { type ProjectionParts } from './lane-consumer.js';
import { MOVED_CHANNEL, type MovedHub } from './moved-hub.js';

/** At most one statement in this time, for all read models: `NOTIFY` takes a lock over the whole server at commit. */
const NOTIFY_EVERY_MS = 50;

/** Tells this process at once and the others soon which read models have moved, never inside a batch's transaction. */
export class MovedNotifier {
  readonly #wakeUp = new WakeUp();
  readonly #moved = new Set<string>();
  #sending: Promise<void> | undefined;

  constructor(private readonly parts: Pick<ProjectionParts, 'pool'> & { readonly hub?: MovedHub }) {}

  moved(projection: string): void {
    this.parts.hub?.moved(projection);
    this.#moved.add(projection);
    this.#sending ??= this.#send();
  }

  async flush(): Promise<void> {
    this.#wakeUp.knock();
    await this.#sending;
  }

  async #send(): Promise<void> {
    // Those of the same turn go together from the start.
    await new Promise((turn) => setImmediate(turn));
    while (this.#moved.size > 0) {
      const names = [...this.#moved];
      this.#moved.clear();
      // A lost notification costs the listener a poll interval.
      await this.parts.pool
        .query(`SELECT pg_notify($1, name) FROM unnest($2::text[]) AS name`, [MOVED_CHANNEL, names])
        .catch(() => undefined);
      await this.#wakeUp.sleep(NOTIFY_EVERY_MS, new AbortController().signal);
    }
    this.#sending = undefined;
  }
}
