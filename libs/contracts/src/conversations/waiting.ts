import { type EpochMs } from '#kernel';
import { believedAt } from '../events/believed-at.js';
import { type ConversationEvent } from './conversation-event.js';
import { isPerson, type StatusCategory } from './conversation-words.js';
import { owedSinceOf } from './owed.dto.js';

/** Whose turn it is in a conversation and since when: what the queue is ordered by, and routing takes from it. */
export interface Waiting {
  readonly stage: 'active' | 'merged' | 'spam';
  readonly category: StatusCategory;
  /** The oldest message of the customer after the last reply of a person. */
  readonly unansweredSince: EpochMs | null;
  /** When the turn came to whose it is by the category. */
  readonly turnSince: EpochMs;
  /** Since when it waits, or will have waited when its snooze ends. */
  readonly waitingSince: EpochMs;
  /** `null` unless its category is snoozed. */
  readonly snoozedUntil: EpochMs | null;
}

type Opened = Extract<ConversationEvent, { readonly type: 'conversation.opened' }>;
type Later = Exclude<ConversationEvent, Opened>;

export function beginWaiting(event: Opened): Waiting {
  const owed = event.data.owes ? owedSinceOf(event.data.owes) : null;
  const since = owed ?? believedAt(event);
  return {
    ...{ stage: 'active', category: 'open', snoozedUntil: null },
    ...{ unansweredSince: owed, turnSince: since, waitingSince: since },
  };
}

export function evolveWaiting(before: Waiting, event: Later): Waiting {
  return { ...before, ...changes(before, event, believedAt(event)) };
}

function changes(before: Waiting, { type, data }: Later, at: EpochMs): Partial<Waiting> {
  switch (type) {
    case 'conversation.message_received': {
      // A second message does not make the first one younger.
      if (before.stage === 'spam' || before.unansweredSince !== null) return {};
      if (before.category === 'open') return { unansweredSince: at, turnSince: at, waitingSince: at };
      return before.category === 'snoozed' ? { unansweredSince: at, waitingSince: at } : { unansweredSince: at };
    }
    case 'conversation.replied':
      if (!isPerson(data.by)) return {};
      // Told late, it answers what was said before it.
      if (data.owes) return owing(before, owedSinceOf(data.owes), sinceOf(data) ?? at);
      if (before.category === 'open') return { unansweredSince: null, turnSince: at, waitingSince: at };
      // What was put aside unanswered waits for nobody any more: it will wait from the end of its snooze.
      if (before.category === 'snoozed')
        return { unansweredSince: null, waitingSince: Math.max(before.snoozedUntil ?? at, at) };
      return { unansweredSince: null };
    case 'conversation.status_changed':
      return turned(before, data.category, sinceOf(data) ?? at);
    case 'conversation.snoozed': {
      const until = Date.parse(data.until);
      const waitingSince = before.unansweredSince ?? until;
      return { category: 'snoozed', snoozedUntil: until, turnSince: sinceOf(data) ?? at, waitingSince };
    }
    case 'conversation.woken':
    case 'conversation.reopened':
      return turned(before, 'open', at);
    case 'conversation.merged':
      return { stage: 'merged' };
    case 'conversation.spam_marked':
      return { stage: 'spam' };
    case 'conversation.unmerged':
      return { stage: 'active', ...(data.owes && owing(before, owedSinceOf(data.owes), sinceOf(data) ?? at)) };
    case 'conversation.spam_cleared':
      return { stage: 'active', ...(data.owes && owing(before, owedSinceOf(data.owes), at)) };
    case 'conversation.absorbed': {
      const { unansweredSince: own } = before;
      const taken = data.owes ? owedSinceOf(data.owes) : null;
      return taken === null ? {} : owing(before, own === null ? taken : Math.min(own, taken), at);
    }
    case 'conversation.released':
      return data.owes ? owing(before, owedSinceOf(data.owes), sinceOf(data) ?? at) : {};
    case 'conversation.split_off':
      return data.owes ? owing(before, owedSinceOf(data.owes), at) : {};
    case 'conversation.noted':
    case 'conversation.assigned':
    case 'conversation.transferred':
    case 'conversation.prioritised':
    case 'conversation.tagged':
    case 'conversation.mention_seen':
    case 'conversation.linked':
    case 'conversation.unlinked':
    case 'conversation.forgotten':
    case 'conversation.promised':
    case 'conversation.promise_kept':
    case 'conversation.promise_rescheduled':
    case 'conversation.promise_waived':
    case 'conversation.promise_broken':
      return {};
  }
}

/** Since when something is so again that the end of a merge restores, or an answer that is told late leaves. */
const sinceOf = ({ since }: { readonly since?: string }): EpochMs | undefined =>
  since === undefined ? undefined : Date.parse(since);

/** What is owed came or went with a merge or a split: the turn is ours since then, whenever that was told. */
function owing(before: Waiting, since: EpochMs | null, at: EpochMs): Partial<Waiting> {
  if (since === before.unansweredSince) return {};
  const owed = { unansweredSince: since };
  if (before.category === 'open') return { ...owed, turnSince: since ?? at, waitingSince: since ?? at };
  if (before.category !== 'snoozed') return owed;
  return { ...owed, waitingSince: since ?? before.snoozedUntil ?? at };
}

/** Under another word for the same category, it is still the same one's turn. */
function turned(before: Waiting, category: StatusCategory, at: EpochMs): Partial<Waiting> {
  if (category === before.category) return {};
  const { snoozedUntil } = before;
  // A snooze that was over had ended by itself.
  const ours = snoozedUntil !== null && snoozedUntil <= at ? snoozedUntil : at;
  const since = category === 'open' ? (before.unansweredSince ?? ours) : at;
  return { category, snoozedUntil: null, turnSince: since, waitingSince: since };
}
