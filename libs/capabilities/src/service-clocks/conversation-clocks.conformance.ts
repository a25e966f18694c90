import {
  type ClockEvent,
  type ClockKind,
  clockStream,
  type ClockTerms,
  type ConversationData,
  conversationStream,
  type ServicePoliciesApplied,
  type StoredClockEvent,
  toStoredClockData,
} from '#contracts';
import { type EpochMs, type Reacted, type RecordedEvent, type Timer } from '#kernel';
import { factsOf, type TermsAsOf } from './clock-acts.js';
import { type ClockedEvent } from './clocked-conversation.js';
import { conversationClocks, type TellClocks } from './conversation-clocks.reaction.js';
import { alwaysOpen } from './default-policies.js';
import { serviceClock, type ServiceClock } from './service-clock.decider.js';

export const conversationId = '018f0000-0000-8000-8000-000000000001';
const decider = serviceClock(() => alwaysOpen);

/** Something that happened to the conversation; recorded when it occurred unless told otherwise. */
export type Happened =
  | readonly ['service_policies.applied', EpochMs]
  | {
      readonly [Type in ClockedEvent['type']]: readonly [
        Type,
        EpochMs,
        Partial<ConversationData[Type]>?,
        { readonly recordedAt: EpochMs }?,
      ];
    }[ClockedEvent['type']];

export interface History {
  readonly happened: readonly Happened[];
  /** Until when the log goes on after the last of it. */
  readonly until: EpochMs;
  readonly termsOf: (asOf: TermsAsOf, kind: ClockKind) => ClockTerms | undefined;
  /** Each command is done this often. */
  readonly deliveries?: number;
}

export interface ClockFact {
  /** Without what all of them have in front: `first_response-1`. */
  readonly clock: string;
  readonly fact: ClockEvent;
}

/** The clocks of one conversation in memory, as the reactor leads them: timers before events that were recorded after they were due. */
export function play({ happened, until, termsOf, deliveries = 1 }: History): readonly ClockFact[] {
  const clocks = new Map<string, ServiceClock>();
  const facts: ClockFact[] = [];
  let memory = conversationClocks.initial;
  let timers: readonly Timer[] = [];
  let position = 0n;

  type Stored = Pick<RecordedEvent, 'stream' | 'type' | 'occurredAt' | 'data' | 'recordedAt'>;
  const recorded = (stored: Stored): RecordedEvent => ({
    ...{ ...stored, id: String(++position), schemaVersion: 1, key: 'customer', version: 1, position },
    meta: { source: '', correlationId: '', causationId: '' },
  });
  const follow = (
    { state, commands = [], set = [], cancelled = [] }: Reacted<typeof memory, TellClocks>,
    now: EpochMs,
  ) => {
    memory = state;
    const replaced = new Set([...set.map(({ name }) => name), ...cancelled]);
    timers = [...timers.filter(({ name }) => !replaced.has(name)), ...set];
    for (const command of commands.flatMap((each) => Array.from({ length: deliveries }, () => each)))
      obey(command, now);
  };
  const obey = ({ acts }: TellClocks, now: EpochMs) => {
    for (const act of acts) {
      const stream = clockStream({ conversationId, kind: act.kind, ordinal: act.ordinal });
      const before = clocks.get(stream) ?? decider.initial;
      const told = factsOf(decider, before, act, termsOf);
      clocks.set(stream, told.reduce(decider.evolve, before));
      for (const fact of told) {
        facts.push({ clock: `${act.kind}-${String(act.ordinal)}`, fact });
        const { type, data } = fact;
        react(
          recorded({
            stream,
            type,
            occurredAt: data.at,
            data: toStoredClockData(fact),
            recordedAt: now,
          }) as StoredClockEvent,
        );
      }
    }
  };
  const react = (event: Parameters<typeof conversationClocks.key>[0]) => {
    expect(conversationClocks.key(event)).toBe(conversationId);
    const handle = conversationClocks.when[event.type] as (
      state: typeof memory,
      event: RecordedEvent,
      key: string,
    ) => Reacted<typeof memory, TellClocks>;
    follow(handle(memory, event, conversationId), event.recordedAt);
  };
  const passTo = (time: EpochMs) => {
    for (;;) {
      const [next] = timers.toSorted((one, other) => one.dueAt - other.dueAt);
      if (!next || next.dueAt >= time) return;
      timers = timers.filter(({ name }) => name !== next.name);
      follow(conversationClocks.due(memory, { name: next.name, at: next.dueAt }, conversationId), time);
    }
  };
  for (const [type, at, given = {}, { recordedAt } = { recordedAt: at }] of happened) {
    const data = type === 'service_policies.applied' ? { conversationId } : given;
    passTo(recordedAt);
    const stream = conversationStream(conversationId);
    react(recorded({ stream, type, occurredAt: at, data, recordedAt }) as ClockedEvent | ServicePoliciesApplied);
  }
  passTo(until);
  return facts;
}
