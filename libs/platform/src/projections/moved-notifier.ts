import { type ProjectionParts } from './lane-consumer.js';
import { WakeUp } from '#platform/consumers';
import { MOVED_CHANNEL, type MovedHub } from './moved-hub.js';

/** At most one notification for each read model in this time: `NOTIFY` takes a lock over the whole server at commit. */
const NOTIFY_EVERY_MS = 50;

/** Tells this process at once and the others soon, never inside a batch's transaction. */
export class MovedNotifier {
  readonly #wakeUp = new WakeUp();
  #sending: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly name: string,
    private readonly parts: Pick<ProjectionParts, 'pool'> & { readonly hub?: MovedHub },
  ) {}

  moved(): void {
    this.parts.hub?.moved(this.name);
    this.#again = true;
    this.#sending ??= this.#send();
  }

  async flush(): Promise<void> {
    this.#wakeUp.knock();
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      // A lost notification costs the listener a poll interval.
      await this.parts.pool.query(`SELECT pg_notify($1, $2)`, [MOVED_CHANNEL, this.name]).catch(() => undefined);
      await this.#wakeUp.sleep(NOTIFY_EVERY_MS, new AbortController().signal);
    }
    this.#sending = undefined;
  }
}
