import { type Priority, type ReturnMatchDto, type ReturnRuleDto, type ReturnRulesDto, tagAmong } from '#contracts';
import { type EpochMs } from '#kernel';

export type ReturnRulesRefusal = {
  readonly code: 'listed-twice' | 'no-seconds' | 'needless-seconds';
  /** Which value, for example `rules.0.id`. */
  readonly field: string;
};

/** Why a list of return rules cannot be saved. */
export function checkReturnRules(rules: readonly ReturnRuleDto[]): ReturnRulesRefusal | undefined {
  const seen = new Set<string>();
  for (const [index, { id, reopen, withinSeconds }] of rules.entries()) {
    const field = `rules.${String(index)}`;
    if (seen.has(id)) return { code: 'listed-twice', field: `${field}.id` };
    seen.add(id);
    if (reopen === 'within' && withinSeconds === undefined)
      return { code: 'no-seconds', field: `${field}.withinSeconds` };
    // Whoever reads it would believe that it ends some time.
    if (reopen !== 'within' && withinSeconds !== undefined)
      return { code: 'needless-seconds', field: `${field}.withinSeconds` };
  }
  return undefined;
}

/** What was resolved, as far as rules ask for it. */
export interface Resolved {
  readonly channel: string | null;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly resolvedAt: EpochMs;
}

type Reopens = Pick<ReturnRuleDto, 'reopen' | 'withinSeconds'>;

/** As long as a resolution has to last to count as one-touch. */
const otherwise: Reopens = { reopen: 'within', withinSeconds: 7 * 24 * 60 * 60 };
export const defaultReturnRules: ReturnRulesDto = { spam: 'stays', rules: [] };

/** Whether a message of this time reopens what was resolved: as the first rule that matches says. */
export function reopens({ rules }: Pick<ReturnRulesDto, 'rules'>, resolved: Resolved, at: EpochMs): boolean {
  const { reopen, withinSeconds = 0 }: Reopens = rules.find(({ when = {} }) => matches(when, resolved)) ?? otherwise;
  switch (reopen) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'within':
      // Also late messages from before the resolution: nobody has read them yet.
      return at - resolved.resolvedAt <= withinSeconds * 1_000;
  }
}

const matches = (
  { channel, team, priority, tags }: ReturnMatchDto,
  of: Pick<Resolved, 'channel' | 'team' | 'priority' | 'tags'>,
): boolean =>
  (channel === undefined || channel.some((each) => each === of.channel)) &&
  (team === undefined || team.some((each) => each === of.team)) &&
  (priority === undefined || priority.includes(of.priority)) &&
  (tags === undefined || tagAmong(of.tags, tags) !== undefined);
