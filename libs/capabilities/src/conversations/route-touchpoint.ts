import {
  believedAt,
  type ConversationKind,
  conversationKinds,
  directionOf,
  type Priority,
  type ReturnRulesDto,
  type StatusCategory,
  type TouchpointEvent,
} from '#contracts';
import { type EpochMs } from '#kernel';
import {
  type ConversationCommand,
  type CustomerMessage,
  type OpenConversation,
  type ReceiveMessage,
} from './conversation-commands.js';
import { isPastExchange, pastExchange } from './past-exchange.js';
import { defaultReturnRules, reopens } from './return-rules.js';

/** A conversation of the touchpoint's customer, as far as it decides where their next message goes. */
export interface OwnConversation {
  readonly id: string;
  readonly stage: 'active' | 'merged' | 'spam';
  readonly category: StatusCategory;
  readonly channel: string | null;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly thread: string | null;
  readonly resolvedAt: EpochMs | null;
  readonly mergedInto: string | null;
  /** The conversation that it continues. */
  readonly follows: string | null;
  /** It has as much as a conversation may have: what is said next goes on in one that follows it. */
  readonly full: boolean;
  readonly lastMessageAt: EpochMs;
}

/** Deterministic UUID from a purpose and parts. */
type DeriveUuid = (purpose: string, ...parts: readonly string[]) => string;

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
 * of the other, open the same one. Nothing for kinds that are no exchange, and for what we said ourselves.
 * @param event opened; without its texts where they were erased
 */
export function routeTouchpoint(
  event: TouchpointEvent,
  own: readonly OwnConversation[],
  context: RouteContext,
): Routed | undefined {
  if (isPastExchange(event)) return routePast(event, context);
  const spoken = spokenIn(event);
  if (spoken === undefined) return undefined;
  const { key, id, data } = event;
  // Of a time that lies ahead, promises would be broken and snoozes ended before theirs.
  const at = believedAt(event);
  const { recordedAt: toldAt } = event;
  const message = messageOf(event, spoken, context.uuid);
  const receive: ReceiveMessage = { type: 'ReceiveMessage', at, toldAt, message };
  const threadId = textOf(data.details, 'conversationId');
  const thread = threadId === undefined ? undefined : context.uuid('thread', key, data.source, threadId);
  const { avoided = new Set<string>(), returnRules = defaultReturnRules } = context;
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
  if (spoken !== 'message') return { conversationId: ownId, commands: [open, receive] };
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

/** Whether the customer spoke in it, and how. */
export function spokenIn({ data: { kind, details } }: TouchpointEvent): ConversationKind | undefined {
  if (kind === 'message' && details['author'] !== 'customer') return undefined;
  if (kind === 'call' && details['initiatedBy'] !== 'customer') return undefined;
  return conversationKinds.find((each) => each === kind);
}

interface Place {
  readonly channel: string | null;
  readonly thread: string | undefined;
  readonly continues: (conversation: OwnConversation) => boolean;
}

/**
 * Where a message could belong: to its thread, where its channel has threads, otherwise to the last exchange on the same channel; and
 * where that takes it no more, to what followed it. Calls, complaints and reviews are matters of their own.
 */
function latestOf(own: readonly OwnConversation[], { channel, thread, continues }: Place): OwnConversation | undefined {
  const candidates = own.filter((each) =>
    thread === undefined ? each.thread === null && each.channel === channel : each.thread === thread,
  );
  const latest = candidates.reduce<OwnConversation | undefined>(
    (last, each) => (last === undefined || isLater(each, last) ? each : last),
    undefined,
  );
  // What follows may look older: by a message that came late.
  const seen = new Set<OwnConversation>();
  let place = latest && wherever(own, latest);
  while (place && !continues(place) && !seen.has(place)) {
    seen.add(place);
    const { id } = place;
    const next = candidates.find((each) => each.follows === id);
    if (next === undefined) break;
    place = wherever(own, next);
  }
  return place;
}

/** What was merged goes on there, and nothing is ever merged twice. */
const wherever = (own: readonly OwnConversation[], conversation: OwnConversation): OwnConversation =>
  conversation.mergedInto === null
    ? conversation
    : (own.find(({ id }) => id === conversation.mergedInto) ?? conversation);

const isLater = (one: OwnConversation, other: OwnConversation): boolean =>
  one.lastMessageAt === other.lastMessageAt ? one.id > other.id : one.lastMessageAt > other.lastMessageAt;

/** Whether a message of this time goes on there, by the organisation's return rules. */
function takesBack(conversation: OwnConversation, at: EpochMs, rules: ReturnRulesDto): boolean {
  const { stage, category, resolvedAt } = conversation;
  // Resolved or not.
  if (stage === 'spam') return rules.spam === 'stays';
  return category !== 'resolved' || resolvedAt === null || reopens(rules, { ...conversation, resolvedAt }, at);
}

const textMember = { message: 'text', call: 'notes', complaint: 'text', review: 'text' } as const;
const subjectMembers = { message: 'subject', call: 'notes', complaint: 'issue', review: 'title' } as const;

function messageOf({ id, data }: TouchpointEvent, kind: ConversationKind, uuid: DeriveUuid): CustomerMessage {
  const text = textOf(data.details, textMember[kind]);
  const { attachments } = data.details;
  const ids = Array.isArray(attachments)
    ? attachments.map((each, index) => uploadIn(each) ?? uuid('attachment', id, String(index)))
    : [];
  return {
    messageId: id,
    kind,
    channel: data.channel,
    ...(text !== undefined && { text, direction: directionOf(text) }),
    ...(ids.length > 0 && { attachments: [...new Set(ids)] }),
  };
}

/** A file that was not uploaded has an id all the same: it is shown as missing. */
const uploadIn = (attachment: unknown): string | undefined =>
  typeof attachment === 'object' && attachment !== null && 'id' in attachment && typeof attachment.id === 'string'
    ? attachment.id
    : undefined;

const SUBJECT = 120;

/** What it is called until somebody calls it otherwise: its own subject, the beginning of its text, or its kind. */
function subjectOf({ data: { details } }: TouchpointEvent, kind: ConversationKind): string {
  const text = textOf(details, subjectMembers[kind]) ?? textOf(details, textMember[kind]) ?? '';
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return [...line.slice(0, 2 * SUBJECT)].slice(0, SUBJECT).join('').trim() || kind;
}

function textOf(details: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = details[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
