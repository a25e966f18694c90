import {
  type ConversationRulesView,
  type MacroApplied,
  type RuleApplied,
  type RuleDecisionView,
  type RuleNotApplied,
} from '#contracts';
import { type ReadModels } from '#kernel';
import { type RuleDecisionRow } from './rule-decisions.projection.js';

const NEWEST = 50;

/** A type and its data come from one event. */
type Decided =
  Pick<MacroApplied, 'type' | 'data'> | Pick<RuleApplied, 'type' | 'data'> | Pick<RuleNotApplied, 'type' | 'data'>;
type Row = Pick<RuleDecisionRow, 'position' | 'recorded_at'> & Decided;

/** What macros and rules did to a conversation; `undefined` where there is none. */
export async function rulesOfConversation(
  readModels: ReadModels,
  conversationId: string,
): Promise<ConversationRulesView | undefined> {
  const known = await readModels.query(`SELECT FROM {conversations} WHERE conversation_id = $1`, [conversationId]);
  if (known.length === 0) return undefined;
  const rows = await readModels.query<Row>(
    `SELECT position, type, recorded_at, data FROM {rule-decisions} WHERE conversation_id = $1
     ORDER BY position DESC LIMIT ${String(NEWEST)}`,
    [conversationId],
  );
  return { conversationId, decisions: rows.map(view) };
}

const nothing = {
  ...{ by: null, trigger: null, triggerPosition: null, since: null, dueAt: null },
  ...{ because: [], actions: [], version: null, reason: null, action: null },
} as const;

function view(row: Row): RuleDecisionView {
  const at = { ...nothing, at: new Date(row.recorded_at).toISOString(), position: row.position.toString() };
  if (row.type === 'macro.applied') {
    const { macro, macrosVersion, by, actions, version } = row.data;
    const listVersion = String(macrosVersion);
    return { ...at, what: 'macro_applied', id: macro, listVersion, by, actions, version: String(version) };
  }
  const { rule, rulesVersion, trigger, triggerPosition = null, since = null, dueAt = null, because } = row.data.cause;
  const cause = { id: rule, listVersion: String(rulesVersion), trigger, triggerPosition, since, dueAt, because };
  if (row.type === 'rule.not_applied') {
    const { reason, action = null } = row.data;
    return { ...at, ...cause, what: 'rule_not_applied', reason, action };
  }
  const { actions, version } = row.data;
  return { ...at, ...cause, what: 'rule_applied', actions, version: String(version) };
}
