import { type ElapseClock, serviceClock, type ServiceClock } from '#capabilities';
import { clockEventOf, isStoredClockEvent, toStoredClockData } from '#contracts';
import { canonicalJson, type RecordedEvent } from '#kernel';
import { type EventStore } from '#platform/event-store';
import { CommandRefusedError, type IssuedCommand } from '#platform/reactions';
import { type Vault } from '#platform/vault';
import { type DecodeEvents } from './sealing.js';

export interface ClockPorts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly vault: Pick<Vault, 'uuid' | 'digest'>;
  readonly decode: DecodeEvents;
}

/** A clock has at most 1,000 pauses, and little else: more events than this are not one clock's. */
const MAX_EVENTS = 10_000;
const PAGE = 1_000;
/** Somebody else appends to the same clock between reading and appending; that often is not chance. */
const TRIES = 5;

/** Time alone needs no calendar: the due time stands in the clock's events. */
const clock = serviceClock(() => {
  throw new Error('passing time asked for a calendar');
});

/** Tells a clock that time has come to an instant: what had happened by itself before, such as a breach, is stored with its own instant. */
export const createClockExecutor =
  (ports: ClockPorts) =>
  async (issued: IssuedCommand<ElapseClock>): Promise<void> => {
    const { store, vault } = ports;
    const { id, key: stream, command, causationId, correlationId } = issued;
    for (let tries = 0; tries < TRIES; tries++) {
      const events = await readClock(ports, stream);
      const state = events.reduce<ServiceClock>(
        (before, event) => (isStoredClockEvent(event) ? clock.evolve(before, clockEventOf(event)) : before),
        clock.initial,
      );
      const decision = clock.decide(state, command);
      // Whatever was told of a later instant has told of the breach before it.
      if (!decision.accepted && decision.reason === 'out-of-order') return;
      if (!decision.accepted) throw new CommandRefusedError(decision.reason);
      const last = events.at(-1);
      if (!last || decision.events.length === 0) return;
      const outcome = await store.append({
        appendId: id,
        requestHash: vault.digest('reaction', canonicalJson({ stream, command })),
        streams: [
          {
            ...{ stream, expect: { version: last.version } },
            events: decision.events.map((event, index) => ({
              id: vault.uuid('reaction', id, String(index)),
              type: event.type,
              schemaVersion: 1,
              key: last.key,
              occurredAt: event.data.at,
              data: toStoredClockData(event),
              meta: { source: '/safar', correlationId, causationId },
            })),
          },
        ],
      });
      if (outcome.status === 'appended' || outcome.status === 'repeated') return;
      if (outcome.status !== 'conflict') throw new CommandRefusedError(outcome.status);
    }
    throw new Error(`${stream} changed each of ${String(TRIES)} times`);
  };

async function readClock({ store, decode }: ClockPorts, stream: string): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let full = true; full;) {
    const page = await store.readStream(stream, events.at(-1)?.version ?? 0, PAGE);
    events.push(...(await decode(page.events, 'sealed')));
    full = page.full;
    if (events.length > MAX_EVENTS) throw new CommandRefusedError(`${stream} has too many events`);
  }
  return events;
}
