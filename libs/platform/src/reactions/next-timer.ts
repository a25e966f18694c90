import type pg from 'pg';
import type { Reaction } from '#kernel';

/** When the next timer of a reaction is due. Where none is set nobody asks again for a while. */
export class NextTimer {
  /** None was set when it was last looked, and until then nobody looks again. Of the monotonic clock. */
  #noneUntil = -Infinity;

  constructor(
    private readonly pool: pg.Pool,
    private readonly reaction: Pick<Reaction, 'name' | 'version'>,
    /** An operator who releases a trigger may set one at any time: so often it is looked. */
    private readonly pollMs: number,
  ) {}

  get mayBeSet(): boolean {
    return this.restMs === 0;
  }

  /** For so long none is known to be set. */
  get restMs(): number {
    return Math.max(0, this.#noneUntil - performance.now());
  }

  /** Whoever may have set one says so. */
  lookAgain(): void {
    this.#noneUntil = -Infinity;
  }

  /** Milliseconds until the earliest timer is over by the server's clock, which is asked each time: it may be set. */
  async dueInMs(): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ due_in: number }>(
      `SELECT (due_at + 1 - floor(extract(epoch FROM clock_timestamp()) * 1000))::float8 AS due_in FROM es.reaction_timers t
       WHERE name = $1 AND version = $2 AND NOT EXISTS (
         SELECT FROM es.reaction_parked p WHERE p.name = t.name AND p.version = t.version AND p.key = t.key AND p.status = 'parked')
       ORDER BY due_at LIMIT 1`,
      [this.reaction.name, this.reaction.version],
    );
    const dueInMs = rows[0]?.due_in;
    if (dueInMs === undefined) this.#noneUntil = performance.now() + this.pollMs;
    return dueInMs;
  }
}
