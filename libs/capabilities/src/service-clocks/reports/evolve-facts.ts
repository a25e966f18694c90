import {
  type ClockKind,
  clockOfStream,
  clockStream,
  conversationIdOf,
  isPerson,
  NOBODY,
  type StoredClockEvent,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { type ClockedEvent, tell } from '../clocked-conversation.js';
import { type ResponseFactRow, type Standing, type Whose } from './response-fact-row.js';

export const CONVERSATION = 'conversation';
export const RESOLUTION = 'resolution';

/** Waits whose clock may still be told of; without a policy there is none, and the oldest are forgotten. */
const MOST_ENDED = 20;
/** Waits of which it is remembered that they were judged: what moves on after a merge or a split is one of the last. */
const MOST_JUDGED = 50;

/** Times at which it was given to somebody else: of more, the oldest are forgotten. */
const MOST_GIVEN = 20;

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

/** @param from the conversation that it was split from */
export function openedConversation(event: Opened, from?: ResponseFactRow): ResponseFactRow {
  const conversation = tell(undefined, event).state;
  const whose = { agent: NOBODY, team: event.data.team ?? null };
  const judged = from?.standing?.judged ?? [];
  return {
    ...{ conversation_id: conversationIdOf(event.stream), name: CONVERSATION, customer_id: event.key },
    ...{
      fact: 'conversation',
      kind: null,
      at: event.occurredAt,
      channel: event.data.channel,
      ...whose,
    },
    ...{ ...nothing, stage: conversation.stage },
    standing: { conversation, clocks: {}, ended: [], replies: 0, judged, given: [{ ...whose, at: event.occurredAt }] },
  };
}

/** The conversation after one of its own events. */
export function toldConversation(row: ResponseFactRow, event: ClockedEvent): ResponseFactRow {
  const { standing } = row;
  if (standing === null) return row;
  const { state: conversation, acts } = tell(standing.conversation, event);
  const stopped = acts.flatMap(({ type, kind, ordinal }) =>
    type === 'StopClock'
      ? [{ ...whoseIn(standing, event), stream: clockStream({ conversationId: row.conversation_id, kind, ordinal }) }]
      : [],
  );
  const ended = [...standing.ended, ...stopped].slice(-MOST_ENDED);
  const replies = standing.replies + (event.type === 'conversation.replied' && isPerson(event.data.by) ? 1 : 0);
  const after = { ...row, stage: conversation.stage, standing: { ...standing, conversation, ended, replies } };
  return event.type === 'conversation.transferred'
    ? givenTo(after, event.occurredAt, { team: event.data.team ?? null })
    : after;
}

/** Whose it is now; to whom it was given first is settled once. */
export function givenTo(row: ResponseFactRow, at: EpochMs, to: Partial<Whose>): ResponseFactRow {
  const { standing, team, agent } = row;
  if (standing === null) return row;
  const whose = { ...whoseNow(standing), ...to };
  const first = { team: team ?? whose.team, agent: agent === NOBODY ? whose.agent : agent };
  const given = [...standing.given, { ...whose, at }].slice(-MOST_GIVEN);
  return { ...row, ...first, standing: { ...standing, given } };
}

const whoseNow = ({ given }: Standing): Whose => given.at(-1) ?? { agent: NOBODY, team: null };

/** Of a time from before all that is remembered, whoever is remembered as the first. */
const whoseAt = ({ given }: Standing, time: EpochMs): Whose | undefined =>
  given.findLast(({ at }) => at <= time) ?? given[0];

/** Waits that were judged where they were measured before they moved here are not judged again. */
export function judgedElsewhere(row: ResponseFactRow, other: ResponseFactRow | undefined): ResponseFactRow {
  const { standing } = row;
  if (standing === null || !other?.standing) return row;
  return { ...row, standing: { ...standing, judged: remembered(standing.judged, ...other.standing.judged) } };
}

const remembered = (judged: readonly string[], ...more: readonly string[]): readonly string[] =>
  [...new Set([...judged, ...more])].slice(-MOST_JUDGED);

/** What is waited for since an instant, whichever clock measures it: the first response here may be a next one elsewhere. */
const waitOf = (kind: ClockKind, since: EpochMs): string =>
  `${kind === 'first_response' || kind === 'next_response' ? 'response' : kind} ${String(since)}`;

/** The wait for a response that a reply ended; none where nobody waited, or no person replied. */
export function endedWait(of: ResponseFactRow, event: Replied): ResponseFactRow | undefined {
  const { standing } = of;
  if (standing === null) return undefined;
  const { conversation } = standing;
  const owed = tell(conversation, event).acts.find(
    ({ type, kind }) => type === 'StopClock' && (kind === 'first_response' || kind === 'next_response'),
  );
  const startedAt = owed && conversation.running[owed.kind]?.startedAt;
  if (owed === undefined || startedAt === undefined) return undefined;
  const ended = { name: event.position.toString(), fact: 'wait', kind: owed.kind, at: event.occurredAt } as const;
  const elapsed_ms = elapsed(startedAt, event.occurredAt);
  return { ...of, ...ended, ...whoseIn(standing, event), elapsed_ms, standing: null };
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
  return { ...of, ...ended, ...whoseIn(standing, event), elapsed_ms, replies, standing: null };
}

/** What a merge undid and its end restores was never undone. */
const resolvedAgain = (before: ResponseFactRow, since: string | undefined): ResponseFactRow | undefined =>
  since !== undefined && (before.reopened_at ?? -Infinity) >= Date.parse(since)
    ? { ...before, reopened_at: null }
    : undefined;

/** A person's public reply soon after the resolution was needed all the same, and counts for it. */
export function repliedAfter(row: ResponseFactRow, { occurredAt, data }: Replied): ResponseFactRow {
  const late = occurredAt > row.at + SETTLED_AFTER_DAYS * DAY_MS;
  return row.replies === null || late || !isPerson(data.by) ? row : { ...row, replies: row.replies + 1 };
}

/** The conversation after an event of one of its clocks. */
export function clockedConversation(row: ResponseFactRow, event: CountedClockEvent): ResponseFactRow {
  const { standing } = row;
  if (standing === null) return row;
  return { ...row, standing: { ...standing, ...clocksAfter(standing, event) } };
}

function clocksAfter(
  { clocks, ended, judged }: Standing,
  event: CountedClockEvent,
): Partial<Pick<Standing, 'clocks' | 'ended' | 'judged'>> {
  const { stream, type } = event;
  const clock = clocks[stream];
  const kind = clockOfStream(stream)?.kind;
  const settled = clock && kind ? { judged: remembered(judged, waitOf(kind, clock.startedAt)) } : {};
  switch (type) {
    case 'service_clock.activated': {
      const { at: startedAt, terms } = event.data;
      return { clocks: { ...clocks, [stream]: { policyId: terms.policyId, startedAt, breached: false } } };
    }
    case 'service_clock.restated':
      return clock ? { clocks: { ...clocks, [stream]: { ...clock, policyId: event.data.terms.policyId } } } : {};
    case 'service_clock.breached':
      return clock ? { ...settled, clocks: { ...clocks, [stream]: { ...clock, breached: true } } } : {};
    case 'service_clock.fulfilled':
    case 'service_clock.cancelled': {
      const { [stream]: _over, ...others } = clocks;
      const told = type === 'service_clock.fulfilled' ? settled : {};
      return { ...told, clocks: others, ended: ended.filter((each) => each.stream !== stream) };
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
  const { ended, judged } = of.standing;
  // Whoever had it when it was due, whenever that is noticed.
  const whose = event.type === 'service_clock.breached' ? whoseAt(of.standing, data.at) : undefined;
  const { agent, team } = whose ?? ended.find((each) => each.stream === stream) ?? whoseNow(of.standing);
  const isTold = judged.includes(waitOf(kind, clock.startedAt));
  const told = { name: event.position.toString(), fact: 'clock', kind, at: data.at, agent, team } as const;
  const row = { ...of, ...told, policy: clock.policyId, standing: null };
  if (event.type === 'service_clock.breached') return isTold ? undefined : { ...row, verdict: 'breached' };
  const { spentMs, verdict } = event.data;
  return {
    ...row,
    elapsed_ms: elapsed(clock.startedAt, data.at),
    business_ms: spentMs === undefined ? null : BigInt(spentMs),
    verdict: isTold ? null : verdict,
  };
}

/** Times are as they were told: an end may have been told as earlier than its beginning. */
const elapsed = (from: number, until: number): bigint => BigInt(Math.max(0, until - from));

function whoseIn(standing: Standing, { data }: ClockedEvent): Whose {
  const { agent, team } = whoseNow(standing);
  return { agent: agent === NOBODY && 'by' in data ? (data.by ?? NOBODY) : agent, team };
}
