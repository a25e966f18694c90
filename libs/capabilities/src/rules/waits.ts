import { type RuleWait, ruleWaits, type StatusCategory } from '#contracts';
import { type EpochMs } from '#kernel';

/** How a conversation stood from a time on. */
export interface Stood {
  readonly at: EpochMs;
  readonly isActive: boolean;
  readonly category: StatusCategory;
  readonly agent: string | null;
  readonly snoozedUntil: EpochMs | null;
}

export type Waits = Readonly<Partial<Record<RuleWait, EpochMs>>>;

/** A snooze ends at its time by itself: from then on it waits for us. */
const isOurs = ({ isActive, category }: Stood): boolean => isActive && (category === 'open' || category === 'snoozed');

const isWaiting: { readonly [Wait in RuleWait]: (stood: Stood) => boolean } = {
  us: isOurs,
  unassigned: (stood) => isOurs(stood) && stood.agent === null,
  customer: ({ isActive, category }) => isActive && category === 'waiting_customer',
  third_party: ({ isActive, category }) => isActive && category === 'waiting_third_party',
};

/** What a conversation waits for at the end of a history, and since when: a second message does not begin a wait anew. */
export function waitsOf(history: readonly Stood[]): Waits {
  const since = new Map<RuleWait, EpochMs>();
  let before: Stood | undefined;
  for (const stood of history) {
    for (const wait of ruleWaits) {
      if (!isWaiting[wait](stood)) since.delete(wait);
      else if (!since.has(wait) || !goesOn(before, stood))
        since.set(wait, Math.max(stood.at, stood.snoozedUntil ?? -Infinity));
    }
    before = stood;
  }
  const waits: Partial<Record<RuleWait, EpochMs>> = {};
  for (const [wait, at] of since) waits[wait] = at;
  return waits;
}

/** Whether somebody who waited waits on: not where they were put aside meanwhile, or were woken before the time. */
function goesOn(before: Stood | undefined, { at, snoozedUntil }: Stood): boolean {
  if (before === undefined || before.snoozedUntil === snoozedUntil) return true;
  return before.snoozedUntil !== null && snoozedUntil === null && at >= before.snoozedUntil;
}
