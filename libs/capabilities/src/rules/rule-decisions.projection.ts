import {
  type MacroApplied,
  type PersonaErased,
  type RuleApplied,
  ruledConversationOf,
  type RuleNotApplied,
} from '#contracts';
import { allGone, type Evolve, type Projection } from '#kernel';

export type RuleDecisionRow = {
  readonly position: bigint;
  readonly conversation_id: string;
  readonly customer_id: string;
  readonly type: Decided['type'];
  readonly recorded_at: number;
  readonly data: unknown;
};

type Decided = MacroApplied | RuleApplied | RuleNotApplied;

const decided: Evolve<RuleDecisionRow, Decided> = (_row, { position, stream, key, type, recordedAt, data }) => ({
  ...{ position, conversation_id: ruledConversationOf(stream), customer_id: key, type, recorded_at: recordedAt, data },
});

/** What macros and rules did, a row for each time, with its reasons. */
export const ruleDecisions: Projection<RuleDecisionRow, Decided | PersonaErased> = {
  name: 'rule-decisions',
  version: 2,
  reads: 'sealed',
  appendOnly: true,
  table: {
    columns: {
      position: { type: 'bigint' },
      conversation_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      type: { type: 'text' },
      recorded_at: { type: 'timestamp' },
      data: { type: 'json' },
    },
    primaryKey: ['position'],
    owner: 'customer_id',
    indexes: [{ on: 'conversation_id, position' }],
  },
  keys: ({ position }) => [[position]],
  when: {
    'macro.applied': decided,
    'rule.applied': decided,
    'rule.not_applied': decided,
    'persona.erased': () => allGone,
  },
};
