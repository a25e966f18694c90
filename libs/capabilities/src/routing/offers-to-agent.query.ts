import { type AgentOffersView } from '#contracts';
import { type EpochMs, type Position, type ReadModels } from '#kernel';
import { type RoutingItemRow } from './routing-items.projection.js';

/** Nobody is asked about more than they have room for, which is less. */
const MAX_OFFERS = 200;

/** What somebody is asked to take at a time; what lapses first comes first. Who is gone is asked nothing. */
export async function offersToAgent(
  readModels: Pick<ReadModels, 'query'>,
  agent: string,
  at: EpochMs,
): Promise<AgentOffersView> {
  const rows = await readModels.query<RoutingItemRow & { readonly offered_until: number }>(
    `SELECT conversation_id, channel, team, priority, offered_until FROM {routing-items}
     WHERE offered_to = $1 AND offered_until > to_timestamp($2::double precision / 1000)
       AND EXISTS (SELECT FROM {agents} WHERE agent_id = $1 AND availability = 'online')
     ORDER BY offered_until, conversation_id LIMIT ${String(MAX_OFFERS)}`,
    [agent, at],
  );
  return {
    id: agent,
    at: new Date(at).toISOString(),
    offers: rows.map(({ conversation_id, channel, team, priority, offered_until }) => ({
      ...{ conversationId: conversation_id, channel, team, priority },
      until: new Date(offered_until).toISOString(),
    })),
  };
}

export interface OfferToAgent {
  readonly customerId: string;
  readonly until: EpochMs;
}

/** What somebody is asked about one conversation at a time; `undefined` where they are not. */
export async function offerToAgent(
  readModels: Pick<ReadModels, 'query'>,
  { conversationId, agent, at }: { readonly conversationId: string; readonly agent: string; readonly at: EpochMs },
): Promise<OfferToAgent | undefined> {
  const [row] = await readModels.query<{ readonly customer_id: string; readonly offered_until: EpochMs }>(
    `SELECT customer_id, offered_until FROM {routing-items}
     WHERE conversation_id = $1 AND offered_to = $2 AND offered_until > to_timestamp($3::double precision / 1000)`,
    [conversationId, agent, at],
  );
  return row && { customerId: row.customer_id, until: row.offered_until };
}

/** Where it stands that somebody has declined a conversation since a time. */
export async function declinedSince(
  readModels: Pick<ReadModels, 'query'>,
  { conversationId, agent, at }: { readonly conversationId: string; readonly agent: string; readonly at: EpochMs },
): Promise<Position | undefined> {
  const [row] = await readModels.query<{ readonly position: Position }>(
    `SELECT position FROM {routing-decisions} WHERE conversation_id = $1 AND type = 'routing.declined' AND data ->> 'agent' = $2
       AND recorded_at >= to_timestamp($3::double precision / 1000) ORDER BY position DESC LIMIT 1`,
    [conversationId, agent, at],
  );
  return row?.position;
}
