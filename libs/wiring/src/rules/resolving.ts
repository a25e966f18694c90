import {
  type Conversation,
  conversation,
  isUnexplained,
  MAX_EVENTS,
  type Missing,
  missingToResolve,
  requirementApplies,
} from '#capabilities';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp, type DirectoryPorts } from '../customer-directory.js';
import { type Part } from '../conversations/conversation-log.js';
import { type QueryFailure } from '../messages/failures.js';
import { type RuleBooks } from './rule-books.js';

export interface ResolvingPorts {
  readonly directory: DirectoryPorts;
  readonly ruleBooks: Pick<RuleBooks, 'requirements'>;
}

/**
 * What a conversation lacks that is about to be resolved, or with which another one is: by a merge into what is resolved. Nothing where it
 * is not.
 *
 * @param parts all that happens at once
 */
export async function missingIn(
  { directory, ruleBooks }: ResolvingPorts,
  { conversation: { id, state }, facts }: Part,
  parts: readonly Part[],
): Promise<Result<readonly Missing[], QueryFailure>> {
  const after = facts.reduce(conversation.evolve, state);
  if (after.stage === 'unknown' || after.category !== 'resolved') return succeed([]);
  if (isResolved(state) && !takesUnresolved(facts, parts)) return succeed([]);
  // Nothing can be done to it any more but to end it.
  if (state.stage !== 'unknown' && state.version >= MAX_EVENTS) return succeed([]);
  const saved = (await ruleBooks.requirements.last())?.data.requirements ?? [];
  const requirements = saved.filter((each) => requirementApplies(each, after));
  // Waiting for a read model is for those alone of whom it is asked.
  if (requirements.some(({ needs }) => needs.includes('root_cause'))) {
    const late = await caughtUp(directory, await directory.head(), ['complaints']);
    if (late) return fail(late);
  }
  // What was complained of in those that were merged into it ends with it.
  const all = [id, ...after.absorbed];
  return succeed(await missingToResolve(requirements, after, () => isUnexplained(directory.readModels, all)));
}

const isResolved = (state: Conversation): boolean => state.stage !== 'unknown' && state.category === 'resolved';

function takesUnresolved(facts: Part['facts'], parts: readonly Part[]): boolean {
  const taken = facts.flatMap(({ type, data }) => (type === 'conversation.absorbed' ? [data.from] : []));
  return parts.some(({ conversation: { id, state } }) => taken.includes(id) && !isResolved(state));
}
