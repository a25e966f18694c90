import { type Pool } from 'pg';
import { type Attempt, type Claim, type CommandAnswers, type RepeatableCommand } from '../command-answers.port.js';

export interface CommandAnswersOptions {
  /** How long an attempt may take before another may begin; 60,000 unless told. A slow one does no harm: work can be repeated. */
  readonly leaseMs?: number;
  /** 31 days unless told, so that a day of pruning late or early keeps the promised 30. */
  readonly keepMs?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Old answers that are dropped at a time. */
const PRUNED_AT_ONCE = 10_000;

export const createCommandAnswers = (pool: Pool, options: CommandAnswersOptions = {}): CommandAnswers =>
  new PostgresCommandAnswers(pool, { leaseMs: 60_000, keepMs: 31 * DAY_MS, ...options });

interface Row {
  readonly attempt: number;
  readonly begun_at: Date;
  readonly same: boolean;
  readonly mine: boolean;
  readonly answer: string | null;
}

class PostgresCommandAnswers implements CommandAnswers {
  #prunedAtMs = -HOUR_MS;

  constructor(
    private readonly pool: Pool,
    private readonly options: Required<CommandAnswersOptions>,
  ) {}

  async claim(command: RepeatableCommand): Promise<Claim> {
    await this.#prune();
    // The second statement sees what the first has found in its way, also when that was committed meanwhile.
    const row = (await this.#take(command)) ?? (await this.#look(command));
    if (row === undefined) return { status: 'running' };
    if (!row.same) return { status: 'reused' };
    if (row.answer !== null) return { status: 'answered', answer: decode(row.answer) };
    if (!row.mine) return { status: 'running' };
    return { status: 'mine', attempt: { number: row.attempt, since: row.begun_at.getTime() } };
  }

  async keep(command: RepeatableCommand, answer: unknown): Promise<unknown> {
    const { rows } = await this.pool.query<{ answer: string }>({
      name: 'commands-keep',
      // Asked for by the id alone: whoever was overtaken answers what the other has answered.
      text: `UPDATE commands.answers SET answer = coalesce(answer, $2::json) WHERE command_id = $1 RETURNING answer::text`,
      values: [command.commandId, encode(answer)],
    });
    return rows[0] === undefined ? answer : decode(rows[0].answer);
  }

  async forget({ commandId }: RepeatableCommand, attempt: Attempt): Promise<void> {
    await this.pool.query(`DELETE FROM commands.answers WHERE command_id = $1 AND attempt = $2 AND answer IS NULL`, [
      commandId,
      attempt.number,
    ]);
  }

  async giveUp({ commandId }: RepeatableCommand, attempt: Attempt): Promise<void> {
    await this.pool.query(
      `UPDATE commands.answers SET claimed_until = now() WHERE command_id = $1 AND attempt = $2 AND answer IS NULL`,
      [commandId, attempt.number],
    );
  }

  async #take({ commandId, requestHash }: RepeatableCommand): Promise<Row | undefined> {
    const { rows } = await this.pool.query<Row>({
      name: 'commands-take',
      text: `
        INSERT INTO commands.answers AS a (command_id, request_hash, claimed_until)
        VALUES ($1, $2, now() + $3 * interval '1 ms')
        ON CONFLICT (command_id) DO UPDATE SET attempt = a.attempt + 1, claimed_until = excluded.claimed_until
          WHERE a.answer IS NULL AND a.claimed_until <= now() AND a.request_hash = excluded.request_hash
        RETURNING attempt, begun_at, true AS same, true AS mine, NULL AS answer`,
      values: [commandId, requestHash, this.options.leaseMs],
    });
    return rows[0];
  }

  async #look({ commandId, requestHash }: RepeatableCommand): Promise<Row | undefined> {
    const { rows } = await this.pool.query<Row>({
      name: 'commands-look',
      text: `
        SELECT attempt, begun_at, request_hash = $2 AS same, false AS mine, answer::text
        FROM commands.answers WHERE command_id = $1`,
      values: [commandId, requestHash],
    });
    return rows[0];
  }

  /** Now and then, by whoever is there: the table holds a month. */
  async #prune(): Promise<void> {
    if (performance.now() - this.#prunedAtMs < HOUR_MS) return;
    this.#prunedAtMs = performance.now();
    await this.pool.query(
      `DELETE FROM commands.answers WHERE command_id IN (
         SELECT command_id FROM commands.answers WHERE begun_at < now() - $1 * interval '1 ms' ORDER BY begun_at LIMIT $2)`,
      [this.options.keepMs, PRUNED_AT_ONCE],
    );
  }
}

/** Positions are bigints, which JSON has no form for. */
const BIGINT = '$bigint';

const encode = (answer: unknown): string =>
  JSON.stringify(answer, (_name, value: unknown) =>
    typeof value === 'bigint' ? { [BIGINT]: value.toString() } : value,
  );

const decode = (text: string): unknown =>
  JSON.parse(text, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null || !(BIGINT in value)) return value;
    return typeof value[BIGINT] === 'string' ? BigInt(value[BIGINT]) : value;
  });
