import type pg from 'pg';
import type { Position } from '#kernel';

/** Makes partitions ahead of need, so that no flush finds the log full. */
export class Partitions {
  #until = 0n;
  #making: Promise<void> | undefined;

  constructor(
    private readonly pool: pg.Pool,
    /** Positions of a partition. */
    private readonly rows: bigint,
  ) {}

  /** Makes room for as many more events, and for a partition's worth at least. */
  async ensure(rowsAhead: bigint = this.rows): Promise<void> {
    const ahead = rowsAhead > this.rows ? rowsAhead : this.rows;
    const { rows } = await this.pool.query<{ until: string }>('SELECT es.ensure_partitions($1) AS until', [
      ahead.toString(),
    ]);
    const until = BigInt(rows[0]?.until ?? 0);
    if (until > this.#until) this.#until = until;
  }

  /** The log has reached a position; when that is in the last partition, the next one is made meanwhile. */
  reached(position: Position): void {
    if (this.#making || position + this.rows <= this.#until) return;
    this.#making = this.ensure()
      // The flush that finds no partition will make it, or say why that cannot be done.
      .catch(() => undefined)
      .finally(() => {
        this.#making = undefined;
      });
  }

  async settled(): Promise<void> {
    await this.#making;
  }
}
