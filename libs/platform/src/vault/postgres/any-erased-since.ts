import { type Pool } from 'pg';
import { type EpochMs } from '#kernel';

/**
 * Whether the erasure of one of the personas was begun at that time or later: what was said about it before must not be stored any
 * more, although the persona may have its next key by now.
 */
export async function anyErasedSince(
  pool: Pick<Pool, 'query'>,
  personaIds: readonly string[],
  since: EpochMs,
): Promise<boolean> {
  const { rows } = await pool.query<{ erased: boolean }>({
    name: 'safar erased since',
    text: `SELECT EXISTS (SELECT FROM vault.erasures WHERE persona_id = ANY ($1::uuid[]) AND begun_at >= $2) AS erased`,
    values: [personaIds, new Date(since).toISOString()],
  });
  return rows[0]?.erased === true;
}
