import { type ConversationFact } from '#contracts';
import { type EpochMs } from '#kernel';
import { type Borrowed, type KnownConversation } from './conversation.js';
import { moveTo } from './decide-work.js';

/** Since when it would be open without the merge; its snooze may be over by now. */
export function opensAt({ category, snooze, since }: Borrowed, at: EpochMs): EpochMs | null {
  if (category === 'open') return since;
  return snooze !== null && snooze.until <= at ? snooze.until : null;
}

/** As it stood before, since when it did. */
export function standAgain(
  state: KnownConversation,
  { category, status, snooze, since }: Borrowed,
  { at, by }: { readonly at: EpochMs; readonly by: string },
): readonly ConversationFact[] {
  if (category !== 'snoozed') return moveTo(state, { at, by, category, status, cause: 'agent', since });
  // It sleeps through messages, and did so through the merge.
  if (snooze === null || state.category === 'snoozed') return [];
  const until = new Date(snooze.until).toISOString();
  const data = { by, until, wake: snooze.wake, since: new Date(since).toISOString() };
  return [{ type: 'conversation.snoozed', at, data }];
}
