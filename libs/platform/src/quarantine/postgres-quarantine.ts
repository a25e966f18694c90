import { type Pool } from 'pg';
import {
  type NewQuarantined,
  type Quarantine,
  type Quarantined,
  type QuarantineFilter,
  type QuarantineLimits,
  type QuarantineReason,
} from './quarantine.port.js';

interface Row {
  readonly id: string;
  readonly source: string;
  readonly sealed: string;
  readonly reasons: readonly QuarantineReason[];
  readonly quarantined_at: Date;
  readonly tries: number;
  readonly tried_at: Date | null;
}

/** A browser that sends one bad message a second fills its own thousand in a quarter of an hour, and nobody else's. */
export const quarantineLimits: QuarantineLimits = {
  messages: 10_000,
  messagesOfSource: 1_000,
  bytes: 134_217_728,
  // 32 KB as JSON, once more as JSON in JSON, and base64.
  messageBytes: 131_072,
};

/** On the process's own pool. The limits hold to within the messages that are put at the same moment. */
export function createQuarantine(pool: Pool, limits: QuarantineLimits = quarantineLimits): Quarantine {
  return new PostgresQuarantine(pool, limits);
}

class PostgresQuarantine implements Quarantine {
  constructor(
    private readonly pool: Pool,
    private readonly limits: QuarantineLimits,
  ) {}

  async put({ id, source, sealed, reasons, at }: NewQuarantined): Promise<boolean> {
    if (sealed.length > this.limits.messageBytes) return false;
    const { messages, messagesOfSource, bytes } = this.limits;
    const { rowCount } = await this.pool.query(
      `WITH room AS (
         SELECT count(*) < $6 AND coalesce(sum(length(sealed)), 0) + length($3) <= $8
                AND count(*) FILTER (WHERE source = $2) < $7 AS free
         FROM quarantine.messages)
       INSERT INTO quarantine.messages (id, source, sealed, reasons, quarantined_at)
       SELECT $1, $2, $3, $4, $5 FROM room WHERE free
       ON CONFLICT (id) DO NOTHING`,
      [id, source, sealed, JSON.stringify(reasons), isoTime(at), messages, messagesOfSource, bytes],
    );
    if (rowCount === 1) return true;
    // There already, or no room for it.
    return (await this.get([id])).length === 1;
  }

  async list({ source, before, after, limit }: QuarantineFilter): Promise<readonly Quarantined[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT * FROM quarantine.messages
       WHERE ($1::text IS NULL OR source = $1) AND ($2::timestamptz IS NULL OR quarantined_at < $2)
         AND ($3::timestamptz IS NULL OR (quarantined_at, id) > ($3, $4::uuid))
       ORDER BY quarantined_at, id LIMIT $5`,
      [source, before === undefined ? null : isoTime(before), after ? isoTime(after.at) : null, after?.id, limit],
    );
    return rows.map(quarantinedOf);
  }

  async get(ids: readonly string[]): Promise<readonly Quarantined[]> {
    const { rows } = await this.pool.query<Row>(
      'SELECT * FROM quarantine.messages WHERE id::text = ANY ($1) ORDER BY quarantined_at, id',
      [ids],
    );
    return rows.map(quarantinedOf);
  }

  async tried(id: string, reasons: readonly QuarantineReason[], at: number): Promise<void> {
    await this.pool.query(
      'UPDATE quarantine.messages SET reasons = $2, tries = tries + 1, tried_at = $3 WHERE id = $1',
      [id, JSON.stringify(reasons), isoTime(at)],
    );
  }

  async remove(ids: readonly string[]): Promise<number> {
    const { rowCount } = await this.pool.query('DELETE FROM quarantine.messages WHERE id::text = ANY ($1)', [ids]);
    return rowCount ?? 0;
  }
}

const isoTime = (at: number): string => new Date(at).toISOString();

const quarantinedOf = (row: Row): Quarantined => ({
  id: row.id,
  source: row.source,
  sealed: row.sealed,
  reasons: row.reasons,
  at: row.quarantined_at.getTime(),
  tries: row.tries,
  triedAt: row.tried_at?.getTime(),
});
