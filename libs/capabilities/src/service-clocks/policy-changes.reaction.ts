import { type BusinessCalendarSaved, type ServicePoliciesSaved } from '#contracts';
import { type EpochMs, type Reacted, type Reaction, type RecordedEvent } from '#kernel';

/** Has every open conversation measured by what was saved. */
export interface ApplyPolicies {
  readonly type: 'ApplyPolicies';
  /** Decimal digits: of the event that saved it. */
  readonly savedPosition: string;
  readonly savedAt: EpochMs;
}

const apply = (
  state: null,
  { position, occurredAt }: Pick<RecordedEvent, 'position' | 'occurredAt'>,
): Reacted<null, ApplyPolicies> => ({
  state,
  commands: [{ type: 'ApplyPolicies', savedPosition: position.toString(), savedAt: occurredAt }],
});

/** What was saved about policies and calendars reaches the conversations that are open, one change after the other. */
export const policyChanges: Reaction<null, ApplyPolicies, ServicePoliciesSaved | BusinessCalendarSaved> = {
  name: 'policy-changes',
  version: 1,
  // Whatever is applied again changes nothing.
  actsFrom: 'first-event',
  initial: null,
  key: () => 'all',
  when: { 'service_policies.saved': apply, 'business_calendar.saved': apply },
  due: (state) => ({ state }),
};
