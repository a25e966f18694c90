import { clockOfStream, conversationIdOf, type ConversationEvent, NOBODY, type PersonaErased } from '#contracts';
import { allGone, type Evolve, gone, type Projection, type RowKey } from '#kernel';
import { type ClockedEvent } from '../clocked-conversation.js';
import {
  type CountedClockEvent,
  clockedConversation,
  clockFact,
  CONVERSATION,
  endedWait,
  openedConversation,
  repliedAfter,
  RESOLUTION,
  resolution,
  toldConversation,
  type Turning,
} from './evolve-facts.js';
import { type ResponseFactRow, responseFactsTable } from './response-fact-row.js';

type Assigned = Extract<ConversationEvent, { readonly type: 'conversation.assigned' }>;
type Told = Exclude<ClockedEvent, { readonly type: `conversation.${'opened' | 'prioritised' | 'forgotten'}` }>;

/** A fact is told by how its conversation stood before: its row comes first, while that can still be read. */
const ofConversation = ([id = '']: RowKey): RowKey => [id, CONVERSATION];
const isFact = ([, name]: RowKey): boolean => name !== CONVERSATION;
const isResolution = ([, name]: RowKey): boolean => name === RESOLUTION;

/** Of an erased customer's conversation the row is gone, and what comes later finds none. */
const told: Evolve<ResponseFactRow, Told> = (row, event) => row && toldConversation(row, event);

const replied: Evolve<ResponseFactRow, Extract<Told, { readonly type: 'conversation.replied' }>> = (
  row,
  event,
  key,
  rowOf,
) => {
  if (!isFact(key)) return row && toldConversation(row, event);
  if (isResolution(key)) return row && repliedAfter(row, event);
  const of = rowOf(ofConversation(key));
  return of && endedWait(of, event);
};

const turned: Evolve<ResponseFactRow, Turning> = (row, event, key, rowOf) => {
  if (!isFact(key)) return row && toldConversation(row, event);
  const of = rowOf(ofConversation(key));
  return of && resolution(row, of, event);
};

const clocked: Evolve<ResponseFactRow, CountedClockEvent> = (row, event) => row && clockedConversation(row, event);

type Judged = Extract<CountedClockEvent, { readonly type: `service_clock.${'fulfilled' | 'breached'}` }>;
const judged: Evolve<ResponseFactRow, Judged> = (row, event, key, rowOf) => {
  if (!isFact(key)) return row && clockedConversation(row, event);
  const of = rowOf(ofConversation(key));
  return of && clockFact(of, event);
};

const assigned: Evolve<ResponseFactRow, Assigned> = (row, { data }) => row && { ...row, agent: data.agent ?? NOBODY };

type Event =
  Exclude<ClockedEvent, { readonly type: 'conversation.prioritised' }> | Assigned | CountedClockEvent | PersonaErased;

const isClockEvent = (event: Event): event is CountedClockEvent => event.type.startsWith('service_clock.');

/** What a clock came to, and what may resolve a conversation or open it again. */
const judging = new Set<Event['type']>(['service_clock.fulfilled', 'service_clock.breached']);
const turning = new Set<Event['type']>([
  'conversation.status_changed',
  'conversation.reopened',
  'conversation.snoozed',
]);

function keysOf(event: Event): readonly RowKey[] {
  if (event.type === 'persona.erased') return [[event.key, CONVERSATION]];
  const id = isClockEvent(event) ? clockOfStream(event.stream)?.conversationId : conversationIdOf(event.stream);
  if (id === undefined) return [];
  const conversation: RowKey = [id, CONVERSATION];
  if (event.type === 'conversation.replied') return [[id, event.position.toString()], [id, RESOLUTION], conversation];
  if (judging.has(event.type)) return [[id, event.position.toString()], conversation];
  return turning.has(event.type) ? [[id, RESOLUTION], conversation] : [conversation];
}

/** What reports count: conversations, how long customers waited in them, and what became of their clocks. Nothing in it is personal. */
export const responseFacts: Projection<ResponseFactRow, Event> = {
  name: 'response-facts',
  version: 4,
  reads: 'sealed',
  table: responseFactsTable,
  keys: keysOf,
  when: {
    'conversation.opened': (_row, event) => openedConversation(event),
    'conversation.message_received': told,
    'conversation.replied': replied,
    'conversation.assigned': assigned,
    'conversation.transferred': told,
    'conversation.status_changed': turned,
    'conversation.snoozed': turned,
    'conversation.woken': told,
    'conversation.reopened': turned,
    'conversation.merged': told,
    'conversation.unmerged': told,
    'conversation.absorbed': told,
    'conversation.released': told,
    'conversation.split_off': told,
    'conversation.spam_marked': told,
    'conversation.spam_cleared': told,
    'conversation.forgotten': () => gone,
    'service_clock.activated': clocked,
    'service_clock.restated': clocked,
    'service_clock.fulfilled': judged,
    'service_clock.breached': judged,
    'service_clock.cancelled': clocked,
    'persona.erased': () => allGone,
  },
};
