import { type AgentOffersView } from '#contracts';
import { type EpochMs, type ReadModels } from '#kernel';
import { type RoutingItemRow } from './routing-items.projection.js';

/** Nobody is asked about more than they have room for, which is less. */
const MAX_OFFERS = 200;

/** What somebody is asked to take at a time; what lapses first comes first. */
export async function offersToAgent(
  readModels: Pick<ReadModels, 'query'>,
  agent: string,
  at: EpochMs,
): Promise<AgentOffersView> {
  const rows = await readModels.query<RoutingItemRow & { readonly offered_until: number }>(
    `SELECT conversation_id, channel, team, priority, offered_until FROM {routing-items}
     WHERE offered_to = $1 AND offered_until > to_timestamp($2::double precision / 1000)
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
