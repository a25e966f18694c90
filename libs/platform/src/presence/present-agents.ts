import { type PresenceView, type PresentAgentView } from '#contracts';
import { type EpochMs } from '#kernel';
import { type PresenceMark } from './presence.port.js';

/** As many as a screen shows. */
const MOST_SHOWN = 20;

/** Who is in a conversation: each once, in however many places they have it open. */
export function presentAgents(conversationId: string, marks: readonly PresenceMark[]): PresenceView {
  const agents = new Map<string, PresenceMark>();
  for (const mark of marks) {
    const before = agents.get(mark.agent) ?? mark;
    const state = [before.state, mark.state].includes('typing') ? 'typing' : 'viewing';
    agents.set(mark.agent, { ...mark, state, since: Math.min(before.since, mark.since) });
  }
  const present = [...agents.values()].sort(typingFirst);
  return {
    conversationId,
    present: present.slice(0, MOST_SHOWN).map(toView),
    others: Math.max(0, present.length - MOST_SHOWN),
  };
}

const typingFirst = (one: PresenceMark, other: PresenceMark): number =>
  Number(other.state === 'typing') - Number(one.state === 'typing') ||
  one.since - other.since ||
  (one.agent < other.agent ? -1 : 1);

const toView = ({ agent, state, since }: PresenceMark): PresentAgentView => ({ agent, state, since: rfc3339(since) });

const rfc3339 = (at: EpochMs): string => new Date(at).toISOString();

/** All conversations in which anybody is. */
export function presentEverywhere(marks: readonly PresenceMark[]): ReadonlyMap<string, PresenceView> {
  const byConversation = new Map<string, PresenceMark[]>();
  for (const mark of marks) {
    const others = byConversation.get(mark.conversationId);
    if (others) others.push(mark);
    else byConversation.set(mark.conversationId, [mark]);
  }
  return new Map([...byConversation].map(([id, its]) => [id, presentAgents(id, its)]));
}

/** Conversations in which it is not as it was before. */
export const changedBetween = (
  before: ReadonlyMap<string, PresenceView>,
  after: ReadonlyMap<string, PresenceView>,
): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((id) => textOf(before.get(id)) !== textOf(after.get(id)));

const textOf = (view: PresenceView | undefined): string => JSON.stringify(view ?? null);
