import { PERSON_ELSEWHERE, RULES_ACTOR } from '#contracts';
import { type EpochMs, type ReadModels } from '#kernel';

/** A customer's last conversations, and of each what was said last by us: as far back as anybody counts. */
const MOST_CONVERSATIONS = 40;
const MOST_SAID = 40;

const repliesSql = `
  WITH own AS (
    SELECT conversation_id FROM {conversations}
    WHERE customer_id = $1::uuid ORDER BY last_message_at DESC, conversation_id DESC LIMIT ${String(MOST_CONVERSATIONS)}
  ), said AS (
    SELECT m.position, m.occurred_at, m.type, m.data ->> 'by' AS said_by FROM own CROSS JOIN LATERAL (
      SELECT position, occurred_at, type, data FROM {conversation-messages} o
      WHERE o.conversation_id = own.conversation_id AND o.type <> 'conversation.message_received'
      ORDER BY position DESC LIMIT ${String(MOST_SAID)}
    ) m
  )
  SELECT count(*) AS replies FROM said
  WHERE type = 'conversation.replied' AND said_by = $2 AND occurred_at >= $3::timestamptz
    AND position > (SELECT coalesce(max(position), 0) FROM said WHERE said_by LIKE 'user:%' AND said_by <> $4)`;

/**
 * How often rules have replied to a customer since an instant, in whichever conversation, and no person has written in any of them
 * after that. A machine that answers every mail may make a conversation of each answer. What was written elsewhere ends no count: whoever
 * reports what was sent may report a reply of the rules as somebody's.
 */
export async function automaticReplies(readModels: ReadModels, customerId: string, since: EpochMs): Promise<number> {
  const [row] = await readModels.query<{ readonly replies: bigint }>(repliesSql, [
    ...[customerId, RULES_ACTOR, new Date(since).toISOString(), PERSON_ELSEWHERE],
  ]);
  return Number(row?.replies ?? 0n);
}
