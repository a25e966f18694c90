import { type ReadModels } from '#kernel';

/** Whether a complaint was made in one of the conversations of which nobody has said the root cause. */
export async function isUnexplained(
  readModels: Pick<ReadModels, 'query'>,
  conversationIds: readonly string[],
): Promise<boolean> {
  const sql = `SELECT FROM {complaints} WHERE conversation_id = ANY($1::uuid[]) AND root_cause IS NULL LIMIT 1`;
  return (await readModels.query(sql, [conversationIds])).length > 0;
}
