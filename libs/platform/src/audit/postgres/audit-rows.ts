import { type Pool } from 'pg';
import { type AuditEntry, type AuditFilter } from '../audit-log.port.js';
import { type Checkpoint } from '../checkpoints/checkpoint.js';

interface EntryRow {
  readonly sequence: string;
  readonly at: string;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly details: string;
  readonly request_id: string | null;
  readonly previous_hash: string;
  readonly hash: string;
}

const COLUMNS = `sequence, audit.rfc3339(at) AS at, actor_kind, actor_id, action, subject, outcome, details, request_id,
  encode(previous_hash, 'hex') AS previous_hash, encode(hash, 'hex') AS hash`;
const PAGE = 1_000;
const LISTED = { usual: 1_000, most: 100_000 };

/** The whole chain in the order of its numbers, a page at a time. */
export async function* readChain(pool: Pool): AsyncGenerator<AuditEntry> {
  for (let after = 0n; ;) {
    const { rows } = await pool.query<EntryRow>(
      `SELECT ${COLUMNS} FROM audit.entries WHERE sequence > $1 ORDER BY audit.entries.sequence LIMIT ${String(PAGE)}`,
      [after.toString()],
    );
    for (const row of rows) yield entryOf(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = BigInt(last.sequence);
  }
}

export async function listEntries(pool: Pool, filter: AuditFilter): Promise<readonly AuditEntry[]> {
  const { since, actor, action, limit = LISTED.usual } = filter;
  const { rows } = await pool.query<EntryRow>(
    `SELECT ${COLUMNS} FROM audit.entries
     WHERE ($1::timestamptz IS NULL OR audit.entries.at >= $1)
       AND ($2::text IS NULL OR actor_id = $2 OR actor_kind || ':' || actor_id = $2)
       AND ($3::text IS NULL OR action = $3)
     ORDER BY audit.entries.sequence DESC LIMIT $4`,
    [
      since === undefined ? null : new Date(since).toISOString(),
      actor ?? null,
      action ?? null,
      Math.max(1, Math.min(limit, LISTED.most)),
    ],
  );
  return rows.map(entryOf).reverse();
}

export async function readCheckpoints(pool: Pool): Promise<readonly Checkpoint[]> {
  const { rows } = await pool.query<{ sequence: string; hash: string; signed_at: string; signature: string }>(
    `SELECT sequence, encode(hash, 'hex') AS hash, audit.rfc3339(signed_at) AS signed_at, encode(signature, 'base64') AS signature
     FROM audit.checkpoints ORDER BY audit.checkpoints.sequence, audit.checkpoints.signed_at`,
  );
  return rows.map(({ sequence, hash, signed_at, signature }) => ({
    sequence: BigInt(sequence),
    hash,
    signedAt: signed_at,
    // PostgreSQL breaks base64 into lines.
    signature: signature.replaceAll('\n', ''),
  }));
}

const entryOf = (row: EntryRow): AuditEntry => ({
  sequence: BigInt(row.sequence),
  at: row.at,
  actor: { kind: row.actor_kind, id: row.actor_id },
  action: row.action,
  subject: row.subject,
  outcome: row.outcome,
  details: row.details,
  requestId: row.request_id,
  previousHash: row.previous_hash,
  hash: row.hash,
});
