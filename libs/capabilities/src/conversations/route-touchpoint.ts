import {
  believedAt,
  type ConversationKind,
  conversationKinds,
  PERSON_ELSEWHERE,
  PROGRAM_ELSEWHERE,
  type ReturnRulesDto,
  type TouchpointEvent,
} from '#contracts';
import {
  type ConversationCommand,
  type OpenConversation,
  type ReceiveMessage,
  type TellReply,
} from './conversation-commands.js';
import { latestOf, type OwnConversation, takesAnswer, takesBack } from './own-exchanges.js';
import { isPastExchange, pastExchange } from './past-exchange.js';
import { defaultReturnRules } from './return-rules.js';
import { type DeriveUuid, messageOf, subjectOf, textOf, type ToldMessage } from './told-message.js';

export interface RouteContext {
  readonly uuid: DeriveUuid;
  /** Of the customer's key. */
  readonly incarnation: number;
  /** Those that held when the touchpoint was recorded. */
  readonly returnRules?: ReturnRulesDto;
  /** Conversations that turned out to take nothing more. */
  readonly avoided?: ReadonlySet<string>;
}

/** Where a touchpoint goes: its conversation, and what is done to it, in order. */
export interface Routed {
  readonly conversationId: string;
  readonly commands: readonly ConversationCommand[];
}

/**
 * What a touchpoint means for the conversations of its customer: it continues one, or it opens one. The id of what a message opens
 * follows from its thread or channel and from what it comes after there: two messages that open one at the same moment, each not knowing
 * of the other, open the same one. Nothing for kinds that are no exchange, and for what answers nothing that is here.
 * @param event opened; without its texts where they were erased
 */
export function routeTouchpoint(
  event: TouchpointEvent,
  own: readonly OwnConversation[],
  context: RouteContext,
): Routed | undefined {
  if (isPastExchange(event)) return routePast(event, context);
  const answerer = answererIn(event);
  if (answerer !== undefined) return routeAnswer(event, own, context, answerer);
  const spoken = spokenIn(event);
  if (spoken === undefined) return undefined;
  const { key, id, data } = event;
  const { avoided = new Set<string>(), returnRules = defaultReturnRules } = context;
  // Of a time that lies ahead, promises would be broken and snoozes ended before theirs.
  const at = believedAt(event);
  const { recordedAt: toldAt } = event;
  const message = { ...messageOf(event, spoken, context.uuid), kind: spoken };
  const receive: ReceiveMessage = { type: 'ReceiveMessage', at, toldAt, message };
  const thread = threadOf(event, context);
  const continues = (each: OwnConversation): boolean =>
    !each.full && !avoided.has(each.id) && takesBack(each, at, returnRules);
  const latest = spoken === 'message' ? latestOf(own, { channel: data.channel, thread, continues }) : undefined;
  if (latest && continues(latest)) return { conversationId: latest.id, commands: [receive] };
  const open: OpenConversation = {
    ...{
      type: 'OpenConversation',
      at,
      toldAt,
      origin: 'touchpoint',
      customerId: key,
      incarnation: context.incarnation,
    },
    channel: data.channel,
    subject: subjectOf(event, spoken),
    ...(thread !== undefined && { thread }),
    ...(latest !== undefined && { follows: latest.id }),
  };
  const ownId = context.uuid('conversation', id);
  if (spoken !== 'message') return { conversationId: ownId, commands: [open, receive, ...answersCall(event, context)] };
  const place = [thread ?? `channel ${data.channel ?? ''}`, latest?.id ?? 'first'];
  const shared = context.uuid('conversation-of', key, String(context.incarnation), ...place);
  return { conversationId: avoided.has(shared) ? ownId : shared, commands: [open, receive] };
}

/** A conversation of its own, named by what it was called elsewhere: told again by another touchpoint, it is there already. */
function routePast(event: TouchpointEvent, { uuid, incarnation }: RouteContext): Routed | undefined {
  const past = pastExchange(event, incarnation);
  if (past === undefined) return undefined;
  const conversationId = uuid('past-exchange', event.key, String(incarnation), event.data.source, past.exchangeId);
  return { conversationId, commands: past.commands };
}

/** Into what it answers, by the rules of a customer's message. It opens nothing: nobody waits for us where we spoke first. */
function routeAnswer(
  event: TouchpointEvent,
  own: readonly OwnConversation[],
  context: RouteContext,
  by: string,
): Routed | undefined {
  const { avoided = new Set<string>(), returnRules = defaultReturnRules } = context;
  const at = believedAt(event);
  // What is full says itself whether it waits for the answer.
  const continues = (each: OwnConversation): boolean => !avoided.has(each.id) && takesAnswer(each, at, returnRules);
  const place = { channel: event.data.channel, thread: threadOf(event, context), continues, openedBy: at };
  const answered = latestOf(own, place);
  if (answered === undefined || !continues(answered)) return undefined;
  const message = messageOf(event, 'message', context.uuid);
  return { conversationId: answered.id, commands: [answer(event, by, 'message', message)] };
}

/** Whoever took a call has answered it: nobody waits for us. */
const answersCall = (event: TouchpointEvent, { uuid }: RouteContext): readonly ConversationCommand[] =>
  event.data.kind === 'call' && event.data.details['outcome'] === 'answered'
    ? [
        answer(event, PERSON_ELSEWHERE, 'call', {
          messageId: uuid('call-answer', event.id),
          channel: event.data.channel,
        }),
      ]
    : [];

function answer(
  event: TouchpointEvent,
  by: string,
  elsewhere: TellReply['elsewhere'],
  message: ToldMessage,
): TellReply {
  const author = textOf(event.data.details, 'agent');
  return {
    ...{ type: 'TellReply', at: believedAt(event), toldAt: event.recordedAt, by, elsewhere },
    ...{ direction: 'ltr', ...message },
    ...(author !== undefined && { author }),
  };
}

function threadOf({ key, data }: TouchpointEvent, { uuid }: RouteContext): string | undefined {
  const threadId = textOf(data.details, 'conversationId');
  return threadId === undefined ? undefined : uuid('thread', key, data.source, threadId);
}

/** Whether the customer spoke in it, and how. */
export function spokenIn({ data: { kind, details } }: TouchpointEvent): ConversationKind | undefined {
  if (kind === 'message' && details['author'] !== 'customer') return undefined;
  if (kind === 'call' && details['initiatedBy'] !== 'customer') return undefined;
  return conversationKinds.find((each) => each === kind);
}

/**
 * Who of us spoke in it to the customer: a person or a program. Not what colleagues tell each other; nor what a system sends out, a
 * receipt or a notice, which is no part of an exchange.
 */
export function answererIn({ data: { kind, details } }: TouchpointEvent): string | undefined {
  if (kind !== 'message' || details['visibility'] === 'internal') return undefined;
  if (details['author'] === 'agent') return PERSON_ELSEWHERE;
  return details['author'] === 'bot' ? PROGRAM_ELSEWHERE : undefined;
}
