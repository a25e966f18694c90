import { type ConversationFact, isPerson } from '#contracts';
import { type EpochMs } from '#kernel';
import { type KnownConversation } from './conversation.js';

const moves = ['conversation.status_changed', 'conversation.woken', 'conversation.reopened'] as const;
type Move = Extract<ConversationFact, { readonly type: (typeof moves)[number] }>;
const isMove = (fact: ConversationFact): fact is Move => moves.some((type) => type === fact.type);

/** Since when it has stood as a person chose, until something else moves it: an answer of before, told later, does not. */
export function chosenAfter(before: KnownConversation, fact: ConversationFact): EpochMs | null {
  if (isMove(fact)) return chosenByMove(before, fact);
  const { type, at, data } = fact;
  if (type === 'conversation.snoozed' && data.since === undefined) return isPerson(data.by) ? at : null;
  const { chosenSince } = before;
  if (type !== 'conversation.released' || chosenSince === null) return chosenSince;
  return wokenMeanwhile(before, data.from, at) ?? chosenSince;
}

function chosenByMove(before: KnownConversation, fact: Move): EpochMs | null {
  const { chosenSince } = before;
  const { at, data } = fact;
  // What a merge moves and its end restores is nobody's choice.
  if (cameWithMerge(before, fact) || ('since' in data && data.since !== undefined)) return chosenSince;
  // As was said when it was put aside.
  if (data.cause === 'time') return chosenSince === null ? null : at;
  if (data.cause === 'agent' && data.by !== undefined && isPerson(data.by)) return at;
  return 'category' in data && data.category === before.category ? chosenSince : null;
}

/** The event behind the merge that opened it for what it took over. */
export const cameWithMerge = ({ borrowed, version }: KnownConversation, { at }: ConversationFact): boolean =>
  borrowed !== null && version === borrowed.version && at === borrowed.at;

/** When its snooze was over that a merge had ended, where that is undone. */
function wokenMeanwhile({ borrowed }: KnownConversation, released: string, at: EpochMs): EpochMs | undefined {
  const until = borrowed?.snooze?.until;
  const isLast = borrowed?.from.every((each) => each === released) === true;
  return isLast && until !== undefined && until <= at ? until : undefined;
}
