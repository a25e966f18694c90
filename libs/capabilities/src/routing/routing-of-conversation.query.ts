import {
  type ConversationRoutingView,
  type DeclineReason,
  type EndReason,
  type NotDoneReason,
  offerEndsAt,
  type RoutingData,
  type RoutingDecisionView,
} from '#contracts';
import { type ReadModels } from '#kernel';
import { type RoutingDecisionRow } from './routing-decisions.projection.js';

const NEWEST = 50;

type Row = Pick<RoutingDecisionRow, 'position' | 'type' | 'recorded_at'> & {
  readonly data: Partial<Omit<RoutingData['routing.offered'] & RoutingData['routing.not_done'], 'reason'>> & {
    readonly reason?: NotDoneReason | DeclineReason | EndReason;
  };
};

/** Why somebody has a conversation; `undefined` where there is none. */
export async function routingOfConversation(
  readModels: ReadModels,
  conversationId: string,
): Promise<ConversationRoutingView | undefined> {
  const known = await readModels.query(`SELECT FROM {conversations} WHERE conversation_id = $1`, [conversationId]);
  if (known.length === 0) return undefined;
  const rows = await readModels.query<Row>(
    `SELECT position, type, recorded_at, data FROM {routing-decisions} WHERE conversation_id = $1
     ORDER BY position DESC LIMIT ${String(NEWEST)}`,
    [conversationId],
  );
  return { conversationId, decisions: rows.map(view) };
}

const whatOf = {
  'routing.assigned': 'assigned',
  'routing.declined': 'declined',
  'routing.offered': 'offered',
  'routing.returned': 'returned',
  'routing.not_done': 'not_done',
} as const;

const untilOf = ({ type, recorded_at, data }: Row): string | undefined =>
  type === 'routing.offered' ? new Date(offerEndsAt(data, recorded_at)).toISOString() : data.until;

const view = (row: Row): RoutingDecisionView => {
  const { position, type, recorded_at, data } = row;
  const { agent = '', reason = null, why = null } = data;
  return {
    ...{ at: new Date(recorded_at).toISOString(), what: whatOf[type], agent },
    ...{ until: untilOf(row) ?? null, reason, why, position: position.toString() },
  };
};
