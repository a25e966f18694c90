import { conversation, type KnownConversation, type Stood, type Waits, waitsOf } from '#capabilities';
import { believedAt, type ConversationEvent, isPerson, PERSON_ELSEWHERE, RULES_ACTOR } from '#contracts';
import { factOf, type LoadedConversation } from '../conversations/conversation-log.js';

/** A conversation up to an event. */
export interface RuledMoment {
  readonly events: readonly ConversationEvent[];
  readonly state: KnownConversation;
  readonly waits: Waits;
}

/** As far as it was known by then; nothing where it had not begun. */
export function momentOf(events: readonly ConversationEvent[]): RuledMoment | undefined {
  let state = conversation.initial;
  const history: Stood[] = [];
  for (const event of events) {
    state = conversation.evolve(state, factOf(event));
    if (state.stage === 'unknown') continue;
    history.push({
      at: believedAt(event),
      ...{ isActive: state.stage === 'active', category: state.category, agent: state.agent },
      snoozedUntil: state.snooze?.until ?? null,
    });
  }
  return state.stage === 'unknown' ? undefined : { events, state, waits: waitsOf(history) };
}

/**
 * What began a conversation: its opening, and what the customer said in the same append. Whoever answers the one has read the other. Not
 * what somebody answered in it, who took the call.
 */
export function openingOf(events: readonly ConversationEvent[]): readonly ConversationEvent[] {
  const [opened, ...rest] = events;
  if (opened?.type !== 'conversation.opened') return [];
  const { causationId } = opened.meta;
  const after = rest.findIndex(
    ({ type, meta }) => type !== 'conversation.message_received' || meta.causationId !== causationId,
  );
  return events.slice(0, after < 0 ? events.length : after + 1);
}

export const byRules = ({ data }: ConversationEvent): boolean => 'by' in data && data.by === RULES_ACTOR;

/**
 * How often rules have changed a conversation since a person last did something in it. What rules do wakes no rule that answers events;
 * but it may let time pass for another, have routing or a customer's machine answer, and come back.
 */
export function unattended({ events }: Pick<LoadedConversation, 'events'>): number {
  const last = events.findLastIndex(({ data }) => 'by' in data && data.by !== undefined && isHere(data.by));
  return new Set(
    events
      .slice(last + 1)
      .filter(byRules)
      .map(({ meta }) => meta.causationId),
  ).size;
}

/** A person, and not one elsewhere: whoever reports what was sent may report a reply of the rules as somebody's. */
const isHere = (by: string): boolean => isPerson(by) && by !== PERSON_ELSEWHERE;
