import { clockOfStream, conversationIdOf, type ConversationEvent, NOBODY, type PersonaErased } from '#contracts';
import { allGone, type Evolve, gone, type Projection, type RowKey } from '#kernel';
import { type ClockedEvent } from '../clocked-conversation.js';
import {
  type CountedClockEvent,
  clockedConversation,
  clockFact,
  CONVERSATION,
  endedWait,
  givenTo,
  judgedElsewhere,
  openedConversation,
  repliedAfter,
  RESOLUTION,
  resolution,
  toldConversation,
  type Turning,
} from './evolve-facts.js';
import { type ResponseFactRow, responseFactsTable } from './response-fact-row.js';

type Assigned = Extract<ConversationEvent, { readonly type: 'conversation.assigned' }>;
type Opened = Extract<ConversationEvent, { readonly type: 'conversation.opened' }>;
type Told = Exclude<ClockedEvent, { readonly type: `conversation.${'opened' | 'prioritised' | 'forgotten'}` }>;

/** A fact is told by how its conversation stood before: its row comes first, while that can still be read. */
const ofConversation = ([id = '']: RowKey): RowKey => [id, CONVERSATION];
const isFact = ([, name]: RowKey): boolean => name !== CONVERSATION;
const isResolution = ([, name]: RowKey): boolean => name === RESOLUTION;

/** Of an erased customer's conversation the row is gone, and what comes later finds none. */
const told: Evolve<ResponseFactRow, Told> = (row, event) => row && toldConversation(row, event);

type Moved = Extract<Told, { readonly type: `conversation.${'absorbed' | 'released' | 'unmerged'}` }>;
/** The conversation that something owed came from. */
const otherOf = (event: Moved | Opened): string | undefined => {
  if (event.type === 'conversation.opened') return event.data.origin === 'split' ? event.data.follows : undefined;
  return event.type === 'conversation.unmerged' ? event.data.into : event.data.from;
};

/** What moves here was measured there, and may have been judged: of the other one nothing changes by it. */
const moved: Evolve<ResponseFactRow, Moved> = (row, event, key, rowOf) => {
  const [id] = key;
  const other = otherOf(event);
  if (row === undefined || id === other) return row;
  return toldConversation(judgedElsewhere(row, other === undefined ? undefined : rowOf([other, CONVERSATION])), event);
};

const opened: Evolve<ResponseFactRow, Opened> = (row, event, [id], rowOf) => {
  const from = otherOf(event);
  if (id === from) return row;
  return openedConversation(event, from === undefined ? undefined : rowOf([from, CONVERSATION]));
};

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

const assigned: Evolve<ResponseFactRow, Assigned> = (row, { occurredAt, data }) =>
  row && givenTo(row, occurredAt, { agent: data.agent ?? NOBODY });

type Event =
  Exclude<ClockedEvent, { readonly type: 'conversation.prioritised' }> | Assigned | CountedClockEvent | PersonaErased;

const moves = new Set<Event['type']>([
  'conversation.opened',
  'conversation.absorbed',
  'conversation.released',
  'conversation.unmerged',
]);
const isMove = (event: Event): event is Moved | Opened => moves.has(event.type);
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
  if (isMove(event)) {
    const other = otherOf(event);
    return other === undefined ? [conversation] : [[other, CONVERSATION], conversation];
  }
  if (event.type === 'conversation.replied') return [[id, event.position.toString()], [id, RESOLUTION], conversation];
  if (judging.has(event.type)) return [[id, event.position.toString()], conversation];
  return turning.has(event.type) ? [[id, RESOLUTION], conversation] : [conversation];
}

/** What reports count: conversations, how long customers waited in them, and what became of their clocks. Nothing in it is personal. */
export const responseFacts: Projection<ResponseFactRow, Event> = {
  name: 'response-facts',
  version: 8,
  reads: 'sealed',
  table: responseFactsTable,
  keys: keysOf,
  when: {
    'conversation.opened': opened,
    'conversation.message_received': told,
    'conversation.replied': replied,
    'conversation.assigned': assigned,
    'conversation.transferred': told,
    'conversation.status_changed': turned,
    'conversation.snoozed': turned,
    'conversation.woken': told,
    'conversation.reopened': turned,
    'conversation.merged': told,
    'conversation.unmerged': moved,
    'conversation.absorbed': moved,
    'conversation.released': moved,
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
