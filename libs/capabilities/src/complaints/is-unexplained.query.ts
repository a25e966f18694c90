import { type ReadModels } from '#kernel';

/** Whether a complaint was made in a conversation of which nobody has said the root cause. */
export async function isUnexplained(readModels: Pick<ReadModels, 'query'>, conversationId: string): Promise<boolean> {
  const sql = `SELECT FROM {complaints} WHERE conversation_id = $1 AND root_cause IS NULL LIMIT 1`;
  return (await readModels.query(sql, [conversationId])).length > 0;
}
