import { type Pool } from 'pg';
import {
  type NewQuarantined,
  type Quarantine,
  type Quarantined,
  type QuarantineFilter,
  type QuarantineLimits,
  type QuarantineReason,
  type QuarantineUpkeep,
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

/**
 * A browser that sends one bad message a second fills its own thousand in a quarter of an hour, and nobody else's; nor do a thousand of the
 * largest leave the others without room.
 */
export const quarantineLimits: QuarantineLimits = {
  messages: 10_000,
  messagesOfSource: 1_000,
  messagesOfSender: 250,
  bytes: 134_217_728,
  bytesOfSource: 33_554_432,
  // 32 KB as JSON, once more as JSON in JSON, and base64.
  messageBytes: 131_072,
};

/** On the process's own pool. The limits hold to within the messages that are put at the same moment. */
export function createQuarantine(
  pool: Pool,
  limits: QuarantineLimits = quarantineLimits,
): Quarantine & QuarantineUpkeep {
  return new PostgresQuarantine(pool, limits);
}

/** Anything else is the id of no message. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

class PostgresQuarantine implements Quarantine, QuarantineUpkeep {
  constructor(
    private readonly pool: Pool,
    private readonly limits: QuarantineLimits,
  ) {}

  async put({ id, source, sender, sealed, reasons, personas, at }: NewQuarantined): Promise<boolean> {
    if (sealed.length > this.limits.messageBytes) return false;
    const { messages, messagesOfSource, messagesOfSender, bytes, bytesOfSource } = this.limits;
    // The size of a text in bytes is known without reading it; these are base64url, so it is their length.
    // One statement, so that there is never a message of which an erasure could not know.
    const { rows } = await this.pool.query<{ kept: number }>(
      `WITH room AS (
         SELECT count(*) < $6 AND coalesce(sum(octet_length(sealed)), 0) + octet_length($3) <= $8
                AND count(*) FILTER (WHERE source = $2) < $7
                AND coalesce(sum(octet_length(sealed)) FILTER (WHERE source = $2), 0) + octet_length($3) <= $10
                AND ($11::uuid IS NULL OR count(*) FILTER (WHERE source = $2 AND sender = $11) < $12) AS free
         FROM quarantine.messages),
       kept AS (
         INSERT INTO quarantine.messages (id, source, sealed, reasons, quarantined_at, named, sender)
         SELECT $1, $2, $3, $4, $5, true, $11 FROM room WHERE free
         ON CONFLICT (id) DO NOTHING
         RETURNING id),
       named AS (
         INSERT INTO quarantine.personas (message_id, persona_id)
         SELECT DISTINCT kept.id, persona FROM kept, unnest($9::uuid[]) AS persona)
       SELECT count(*)::integer AS kept FROM kept`,
      [
        ...[id, source, sealed, JSON.stringify(reasons), isoTime(at), messages, messagesOfSource, bytes, personas],
        ...[bytesOfSource, sender ?? null, messagesOfSender],
      ],
    );
    if (rows[0]?.kept === 1) return true;
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
      'SELECT * FROM quarantine.messages WHERE id = ANY ($1::uuid[]) ORDER BY quarantined_at, id',
      [ids.filter((id) => UUID.test(id))],
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
    return this.#delete(
      'id = ANY ($1::uuid[])',
      ids.filter((id) => UUID.test(id)),
    );
  }

  async unread(limit: number): Promise<readonly Quarantined[]> {
    const { rows } = await this.pool.query<Row>(
      'SELECT * FROM quarantine.messages WHERE NOT named ORDER BY quarantined_at, id LIMIT $1',
      [limit],
    );
    return rows.map(quarantinedOf);
  }

  async name(id: string, personas: readonly string[]): Promise<void> {
    await this.pool.query(
      `WITH read AS (UPDATE quarantine.messages SET named = true WHERE id = $1 RETURNING id)
       INSERT INTO quarantine.personas (message_id, persona_id)
       SELECT read.id, persona FROM read, unnest($2::uuid[]) AS persona
       ON CONFLICT DO NOTHING`,
      [id, personas],
    );
  }

  removeNaming(personaId: string): Promise<number> {
    return this.#delete('id IN (SELECT message_id FROM quarantine.personas WHERE persona_id = $1)', personaId);
  }

  removeErased(): Promise<number> {
    return this.#delete(
      `id IN (SELECT p.message_id FROM quarantine.personas p JOIN vault.erasures e USING (persona_id)
              WHERE p.message_id = messages.id AND e.begun_at >= messages.quarantined_at)`,
    );
  }

  removeUnnamed(before: number, limit: number): Promise<number> {
    return this.#delete(
      `id IN (SELECT id FROM quarantine.messages m
              WHERE named AND quarantined_at < $1
                AND NOT EXISTS (SELECT FROM quarantine.personas WHERE message_id = m.id)
              ORDER BY quarantined_at, id LIMIT $2)`,
      isoTime(before),
      limit,
    );
  }

  /** Whom a message names goes with it. */
  async #delete(which: string, ...values: readonly unknown[]): Promise<number> {
    const { rowCount } = await this.pool.query(`DELETE FROM quarantine.messages WHERE ${which}`, [...values]);
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
