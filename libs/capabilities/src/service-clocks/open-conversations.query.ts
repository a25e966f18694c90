import { type ReadModels } from '#kernel';

export interface MeasuredConversation {
  readonly conversation_id: string;
  readonly customer_id: string;
}

/**
 * Conversations that are neither resolved, merged nor spam, by their ids, behind one. What is resolved keeps what it was promised: a
 * clock that waits there for an answer follows with the next thing that happens in it.
 */
export const openConversationsAfter = (
  readModels: Pick<ReadModels, 'query'>,
  conversationId: string,
  limit: number,
): Promise<readonly MeasuredConversation[]> =>
  readModels.query<MeasuredConversation>(
    `SELECT conversation_id, customer_id FROM {conversations}
     WHERE conversation_id > $1::uuid AND stage = 'active' AND category <> 'resolved' ORDER BY conversation_id LIMIT $2`,
    [conversationId, limit],
  );
