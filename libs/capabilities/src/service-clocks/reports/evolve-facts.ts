import { clockOfStream, clockStream, conversationIdOf, NOBODY, type StoredClockEvent } from '#contracts';
import { type ClockedEvent, tell } from '../clocked-conversation.js';
import { type ResponseFactRow, type Standing, type Whose } from './response-fact-row.js';

export const CONVERSATION = 'conversation';
export const RESOLUTION = 'resolution';

/** Waits whose clock may still be told of; without a policy there is none, and the oldest are forgotten. */
const MOST_ENDED = 20;

/** How long a resolution must last: until then nothing of it is decided. */
export const SETTLED_AFTER_DAYS = 7;
const DAY_MS = 86_400_000;

const nothing = { elapsed_ms: null, business_ms: null, policy: null, verdict: null, replies: null, reopened_at: null };

type Opened = Extract<ClockedEvent, { readonly type: 'conversation.opened' }>;
type Replied = Extract<ClockedEvent, { readonly type: 'conversation.replied' }>;
/** Standing still changes no figure: the business time is told when the clock ends. */
export type CountedClockEvent = Exclude<
  StoredClockEvent,
  { readonly type: `service_clock.${'paused' | 'resumed' | 'warned'}` }
>;
/** What may resolve a conversation or open it again. */
export type Turning = Extract<
  ClockedEvent,
  { readonly type: `conversation.${'status_changed' | 'reopened' | 'snoozed'}` }
>;

export function openedConversation(event: Opened): ResponseFactRow {
  const conversation = tell(undefined, event).state;
  return {
    ...{ conversation_id: conversationIdOf(event.stream), name: CONVERSATION, customer_id: event.key },
    ...{
      fact: 'conversation',
      kind: null,
      at: event.occurredAt,
      channel: event.data.channel,
      team: event.data.team ?? null,
      agent: NOBODY,
    },
    ...{ ...nothing, stage: conversation.stage, standing: { conversation, clocks: {}, ended: [], replies: 0 } },
  };
}

/** The conversation after one of its own events. */
export function toldConversation(row: ResponseFactRow, event: ClockedEvent): ResponseFactRow {
  const { standing } = row;
  if (standing === null) return row;
  const { state: conversation, acts } = tell(standing.conversation, event);
  const stopped = acts.flatMap(({ type, kind, ordinal }) =>
    type === 'StopClock'
      ? [{ ...whose(row, event), stream: clockStream({ conversationId: row.conversation_id, kind, ordinal }) }]
      : [],
  );
  const ended = [...standing.ended, ...stopped].slice(-MOST_ENDED);
  const replies = standing.replies + (event.type === 'conversation.replied' ? 1 : 0);
  const team = event.type === 'conversation.transferred' ? (event.data.team ?? null) : row.team;
  return { ...row, team, stage: conversation.stage, standing: { ...standing, conversation, ended, replies } };
}

/** The wait for a response that a reply ended; none where nobody waited, or no person replied. */
export function endedWait(of: ResponseFactRow, event: Replied): ResponseFactRow | undefined {
  const conversation = of.standing?.conversation;
  if (conversation === undefined) return undefined;
  const owed = tell(conversation, event).acts.find(
    ({ type, kind }) => type === 'StopClock' && (kind === 'first_response' || kind === 'next_response'),
  );
  const startedAt = owed && conversation.running[owed.kind]?.startedAt;
  if (owed === undefined || startedAt === undefined) return undefined;
  const ended = { name: event.position.toString(), fact: 'wait', kind: owed.kind, at: event.occurredAt } as const;
  const elapsed_ms = elapsed(startedAt, event.occurredAt);
  return { ...of, ...ended, ...whose(of, event), elapsed_ms, standing: null };
}

/** The first resolution, and when it was undone first. */
export function resolution(
  before: ResponseFactRow | undefined,
  of: ResponseFactRow,
  event: Turning,
): ResponseFactRow | undefined {
  const { standing } = of;
  if (standing === null) return undefined;
  const { category, stage, importedAt } = standing.conversation;
  const resolved = event.type === 'conversation.status_changed' && event.data.category === 'resolved';
  // Another word for what was resolved already is no resolution.
  if (resolved === (category === 'resolved')) return undefined;
  if (!resolved) return before?.reopened_at === null ? { ...before, reopened_at: event.occurredAt } : undefined;
  if (before !== undefined) return resolvedAgain(before, event.data.since);
  if (stage !== 'active') return undefined;
  const replies = importedAt === undefined ? standing.replies : null;
  const ended = { name: RESOLUTION, fact: 'wait', kind: 'resolution', at: event.occurredAt } as const;
  const elapsed_ms = elapsed(of.at, event.occurredAt);
  return { ...of, ...ended, ...whose(of, event), elapsed_ms, replies, standing: null };
}

/** What a merge undid and its end restores was never undone. */
const resolvedAgain = (before: ResponseFactRow, since: string | undefined): ResponseFactRow | undefined =>
  since !== undefined && (before.reopened_at ?? -Infinity) >= Date.parse(since)
    ? { ...before, reopened_at: null }
    : undefined;

/** A public reply soon after the resolution was needed all the same, and counts for it. */
export function repliedAfter(row: ResponseFactRow, { occurredAt }: Replied): ResponseFactRow {
  const late = occurredAt > row.at + SETTLED_AFTER_DAYS * DAY_MS;
  return row.replies === null || late ? row : { ...row, replies: row.replies + 1 };
}

/** The conversation after an event of one of its clocks. */
export function clockedConversation(row: ResponseFactRow, event: CountedClockEvent): ResponseFactRow {
  const { standing } = row;
  if (standing === null) return row;
  return { ...row, standing: { ...standing, ...clocksAfter(standing, event) } };
}

function clocksAfter(
  { clocks, ended }: Standing,
  event: CountedClockEvent,
): Partial<Pick<Standing, 'clocks' | 'ended'>> {
  const { stream, type } = event;
  const clock = clocks[stream];
  switch (type) {
    case 'service_clock.activated': {
      const { at: startedAt, terms } = event.data;
      return { clocks: { ...clocks, [stream]: { policyId: terms.policyId, startedAt, breached: false } } };
    }
    case 'service_clock.restated':
      return clock ? { clocks: { ...clocks, [stream]: { ...clock, policyId: event.data.terms.policyId } } } : {};
    case 'service_clock.breached':
      return clock ? { clocks: { ...clocks, [stream]: { ...clock, breached: true } } } : {};
    case 'service_clock.fulfilled':
    case 'service_clock.cancelled': {
      const { [stream]: _over, ...others } = clocks;
      return { clocks: others, ended: ended.filter((each) => each.stream !== stream) };
    }
  }
}

/** What a clock came to: its verdict, once, and when it was stopped the time that it counted. */
export function clockFact(
  of: ResponseFactRow,
  event: Extract<CountedClockEvent, { readonly type: `service_clock.${'fulfilled' | 'breached'}` }>,
): ResponseFactRow | undefined {
  const { stream, data } = event;
  const kind = clockOfStream(stream)?.kind;
  const clock = of.standing?.clocks[stream];
  if (!of.standing || !clock || !kind) return undefined;
  const { agent, team } = of.standing.ended.find((each) => each.stream === stream) ?? of;
  const told = { name: event.position.toString(), fact: 'clock', kind, at: data.at, agent, team } as const;
  const row = { ...of, ...told, policy: clock.policyId, standing: null };
  if (event.type === 'service_clock.breached') return clock.breached ? undefined : { ...row, verdict: 'breached' };
  const { spentMs, verdict } = event.data;
  return {
    ...row,
    elapsed_ms: elapsed(clock.startedAt, data.at),
    business_ms: spentMs === undefined ? null : BigInt(spentMs),
    verdict: clock.breached ? null : verdict,
  };
}

/** Times are as they were told: an end may have been told as earlier than its beginning. */
const elapsed = (from: number, until: number): bigint => BigInt(Math.max(0, until - from));

const whose = ({ agent, team }: Whose, { data }: ClockedEvent): Whose => ({
  agent: agent === NOBODY && 'by' in data ? (data.by ?? NOBODY) : agent,
  team,
});
