import { type Pool } from 'pg';
import { type PersonaKeyRef } from '#platform/vault';
import {
  type AttachmentStore,
  type AttachmentUpkeep,
  type Begun,
  type NewAttachment,
  type StoredAttachment,
  type UnusedLimits,
} from './attachment-store.port.js';

interface Row {
  readonly id: string;
  readonly uploader: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly persona_id: string;
  readonly incarnation: string;
  readonly sealed: string;
  readonly expires_at: Date | null;
}

/** In `attachments.files` and `attachments.pieces`, on the process's own pool. */
export const createAttachments = (pool: Pool): AttachmentStore & AttachmentUpkeep => new PostgresAttachments(pool);

class PostgresAttachments implements AttachmentStore, AttachmentUpkeep {
  constructor(private readonly pool: Pool) {}

  async begin(attachment: NewAttachment, limits: UnusedLimits): Promise<Begun> {
    const { id, uploader, mediaType, sizeBytes, key, sealed, at, expiresAt } = attachment;
    const { rows } = await this.pool.query<{ full_of: 'uploader' | 'all' | null; free_at: Date }>(
      `SELECT * FROM attachments.begin_upload(
         ROW ($1::uuid, $2::text, $3::text, $4::integer, $5::uuid, $6::bigint, $7::text, $8::timestamptz, $9::timestamptz, false),
         $10, $11, $12, $13)`,
      [
        ...[
          id,
          uploader,
          mediaType,
          sizeBytes,
          key.personaId,
          key.incarnation,
          sealed,
          isoTime(at),
          isoTime(expiresAt),
        ],
        ...[limits.files, limits.bytes, limits.filesOfUploader, limits.bytesOfUploader],
      ],
    );
    const [answer] = rows;
    if (!answer) throw new Error('the function that begins uploads answered nothing');
    const { full_of: whose, free_at: freeAt } = answer;
    return whose === null ? { status: 'begun' } : { status: 'full', whose, freeAt: freeAt.getTime() };
  }

  async writePiece(id: string, number: number, bytes: Uint8Array): Promise<void> {
    await this.pool.query({
      name: 'attachments-write',
      text: 'INSERT INTO attachments.pieces (file_id, number, bytes) VALUES ($1, $2, $3)',
      values: [id, number, bytes],
    });
  }

  async finish(id: string): Promise<void> {
    await this.pool.query('UPDATE attachments.files SET finished = true WHERE id = $1', [id]);
  }

  async discard(id: string): Promise<void> {
    await this.pool.query('DELETE FROM attachments.files WHERE id = $1 AND NOT finished', [id]);
  }

  async find(ids: readonly string[]): Promise<readonly StoredAttachment[]> {
    const { rows } = await this.pool.query<Row>(
      'SELECT * FROM attachments.files WHERE id = ANY ($1::uuid[]) AND finished',
      [ids],
    );
    return rows.map((row) => ({
      id: row.id,
      uploader: row.uploader,
      mediaType: row.media_type,
      sizeBytes: row.size_bytes,
      key: { personaId: row.persona_id, incarnation: Number(row.incarnation) },
      sealed: row.sealed,
      expiresAt: row.expires_at?.getTime(),
    }));
  }

  async bind(
    id: string,
    from: PersonaKeyRef,
    { key, sealed }: { readonly key: PersonaKeyRef; readonly sealed: string },
  ): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE attachments.files SET persona_id = $4, incarnation = $5, sealed = $6, expires_at = NULL
       WHERE id = $1 AND persona_id = $2 AND incarnation = $3 AND finished
         AND NOT EXISTS (SELECT FROM vault.erasures WHERE persona_id = $4 AND incarnation = $5)`,
      [id, from.personaId, from.incarnation, key.personaId, key.incarnation, sealed],
    );
    return rowCount === 1;
  }

  async readPiece(id: string, number: number): Promise<Uint8Array | undefined> {
    const { rows } = await this.pool.query<{ bytes: Buffer }>({
      name: 'attachments-read',
      text: 'SELECT bytes FROM attachments.pieces WHERE file_id = $1 AND number = $2',
      values: [id, number],
    });
    return rows[0]?.bytes;
  }

  async removeExpired(at: number, limit: number): Promise<number> {
    // Asked twice: one that is named while this waits for its row does not go.
    const { rowCount } = await this.pool.query(
      `DELETE FROM attachments.files WHERE expires_at <= $1
         AND id IN (SELECT id FROM attachments.files WHERE expires_at <= $1 LIMIT $2)`,
      [isoTime(at), limit],
    );
    return rowCount ?? 0;
  }

  removeSealedWith({ personaId, incarnation }: PersonaKeyRef, limit: number): Promise<number> {
    return this.#delete(
      'SELECT id FROM attachments.files WHERE persona_id = $1 AND incarnation = $2 LIMIT $3',
      personaId,
      incarnation,
      limit,
    );
  }

  removeUnreadable(limit: number): Promise<number> {
    return this.#delete(
      'SELECT f.id FROM attachments.files f JOIN vault.erasures e USING (persona_id, incarnation) LIMIT $1',
      limit,
    );
  }

  /** Their pieces go with them. */
  async #delete(which: string, ...values: readonly unknown[]): Promise<number> {
    const { rowCount } = await this.pool.query(`DELETE FROM attachments.files WHERE id IN (${which})`, [...values]);
    return rowCount ?? 0;
  }
}

const isoTime = (at: number): string => new Date(at).toISOString();
