import {
  type ClockAct,
  endOfForgotten,
  factsOf,
  serviceClock,
  type ServiceClock,
  type TellClocks,
} from '#capabilities';
import { type ClockEvent, clockStream, conversationStream, toStoredClockData } from '#contracts';
import { canonicalJson, type Position, START } from '#kernel';
import { type EventStore, type StreamAppend } from '#platform/event-store';
import { CommandRefusedError, type IssuedCommand } from '#platform/reactions';
import { type Vault } from '#platform/vault';
import { isErased } from '../conversations/conversation-log.js';
import { type ClockBooks } from './clock-books.js';
import { after, type LoadedClock, loadClock } from './clock-log.js';

export interface ClockPorts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly vault: Vault;
  readonly books: Pick<ClockBooks, 'knowing'>;
}

/** Somebody else appends to the same clocks between reading and appending; that often is not chance. */
const TRIES = 5;

interface ClockPart {
  readonly clock: LoadedClock;
  readonly facts: readonly ClockEvent[];
}

type Issued = IssuedCommand<TellClocks>;

/**
 * Tells a conversation's clocks what it means for them; what follows for all of them is appended together, under the command's id.
 * Of an erased customer nothing is measured any more: the clocks end, and none is breached.
 */
export const createClockExecutor =
  (ports: ClockPorts) =>
  async (issued: Issued): Promise<void> => {
    const { vault } = ports;
    const goesOn = issued.command.acts.some(({ type }) => type !== 'StopClock' && type !== 'CancelClock');
    if (!goesOn || !(await isForgotten(ports, issued))) {
      await tell(ports, issued, { appendId: issued.id, as: (_clock, act) => act });
      if (!goesOn) return;
      // Another process may have destroyed the key while it was in our cache, or since we looked.
      vault.forget(issued.command.customerId);
      if (!(await isForgotten(ports, issued))) return;
    }
    await tell(ports, issued, { appendId: vault.uuid('clocks-forgotten', issued.id), as: endOfForgotten });
  };

async function isForgotten({ store, vault }: ClockPorts, { key: conversationId }: Issued): Promise<boolean> {
  const { events } = await store.readStream(conversationStream(conversationId), 0, 1);
  return isErased({ vault }, { events });
}

interface Telling {
  readonly appendId: string;
  /** What the clock is told in place of an act. */
  readonly as: (clock: ServiceClock, act: ClockAct) => ClockAct;
}

async function tell(ports: ClockPorts, issued: Issued, { appendId, as }: Telling): Promise<void> {
  const { store, vault } = ports;
  const { key: conversationId, command } = issued;
  for (let tries = 0; tries < TRIES; tries++) {
    const parts = await decide(ports, conversationId, command, as);
    if (parts.length === 0) return;
    const outcome = await store.append({
      appendId,
      requestHash: vault.digest('reaction', canonicalJson({ conversationId, command })),
      streams: streamsOf(ports, parts, { ...issued, id: appendId }),
    });
    if (outcome.status === 'appended' || outcome.status === 'repeated') return;
    if (outcome.status !== 'conflict') throw new CommandRefusedError(outcome.status);
  }
  throw new Error(`the clocks of conversation ${conversationId} changed each of ${String(TRIES)} times`);
}

async function decide(
  { store, books }: ClockPorts,
  conversationId: string,
  { acts }: TellClocks,
  as: Telling['as'],
): Promise<readonly ClockPart[]> {
  const parts = new Map<string, ClockPart>();
  for (const { kind, ordinal } of acts) {
    const name = { conversationId, kind, ordinal };
    if (!parts.has(clockStream(name))) parts.set(clockStream(name), { clock: await loadClock(store, name), facts: [] });
  }
  const { calendarOf, termsOf } = await books.knowing({
    position: acts.reduce((last, act) => ('asOf' in act ? later(last, BigInt(act.asOf.position)) : last), START),
    terms: [...parts.values()].flatMap(({ clock: { state } }) => (state.status === 'unknown' ? [] : [state.terms])),
  });
  const decider = serviceClock(calendarOf);
  for (const act of acts) {
    const stream = clockStream({ conversationId, kind: act.kind, ordinal: act.ordinal });
    const before = parts.get(stream);
    if (!before) continue;
    const clock = after(before.clock, before.facts);
    const told = factsOf(decider, clock, as(clock, act), termsOf);
    parts.set(stream, { ...before, facts: [...before.facts, ...told] });
  }
  return [...parts.values()].filter(({ facts }) => facts.length > 0);
}

const later = (one: Position, other: Position): Position => (one > other ? one : other);

function streamsOf(
  { vault }: ClockPorts,
  parts: readonly ClockPart[],
  { id, command, causationId, correlationId }: Issued,
): readonly StreamAppend[] {
  let index = 0;
  const meta = { source: '/safar', correlationId, causationId };
  return parts.map(({ clock, facts }) => ({
    stream: clockStream(clock),
    expect: clock.version === 0 ? 'none' : { version: clock.version },
    events: facts.map((fact) => ({
      id: vault.uuid('reaction', id, String(index++)),
      ...{ type: fact.type, schemaVersion: 1, key: command.customerId },
      ...{ occurredAt: fact.data.at, data: toStoredClockData(fact), meta },
    })),
  }));
}
