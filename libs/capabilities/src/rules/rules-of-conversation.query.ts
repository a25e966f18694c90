import { type ConversationRulesView, type MacroAppliedDto, type RuleDecisionView } from '#contracts';
import { type ReadModels } from '#kernel';
import { type RuleDecisionRow } from './rule-decisions.projection.js';

const NEWEST = 50;

type Row = Pick<RuleDecisionRow, 'position' | 'recorded_at'> & { readonly data: MacroAppliedDto };

/** What macros and rules did to a conversation; `undefined` where there is none. */
export async function rulesOfConversation(
  readModels: ReadModels,
  conversationId: string,
): Promise<ConversationRulesView | undefined> {
  const known = await readModels.query(`SELECT FROM {conversations} WHERE conversation_id = $1`, [conversationId]);
  if (known.length === 0) return undefined;
  const rows = await readModels.query<Row>(
    `SELECT position, recorded_at, data FROM {rule-decisions} WHERE conversation_id = $1
     ORDER BY position DESC LIMIT ${String(NEWEST)}`,
    [conversationId],
  );
  return { conversationId, decisions: rows.map(view) };
}

const view = ({ position, recorded_at, data }: Row): RuleDecisionView => ({
  ...{ at: new Date(recorded_at).toISOString(), what: 'macro_applied', id: data.macro },
  ...{ listVersion: String(data.macrosVersion), by: data.by, actions: data.actions, version: String(data.version) },
  position: position.toString(),
});
