import { type ConversationFact, isPerson } from '#contracts';
import { type EpochMs } from '#kernel';
import { type KnownConversation, owedSince } from './conversation.js';

/** Since when it is the turn of whose it is, as the queue shows it: the end of a merge can restore only what is known here. */
export function turnAfter(before: KnownConversation, after: KnownConversation, fact: ConversationFact): EpochMs {
  const { type, at, data } = fact;
  const owed = owedSince(after.waiting);
  const told = 'since' in data && data.since !== undefined ? Date.parse(data.since) : at;
  if (type === 'conversation.snoozed') return told;
  if (after.category !== before.category) return after.category === 'open' ? (owed ?? told) : told;
  if (after.category !== 'open' || after.stage === 'spam') return before.turnSince;
  if (type === 'conversation.replied' && !data.owes) return isPerson(data.by) ? at : before.turnSince;
  return owed === owedSince(before.waiting) && told === at ? before.turnSince : (owed ?? told);
}
