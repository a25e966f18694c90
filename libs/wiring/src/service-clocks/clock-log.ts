import { serviceClock, type ServiceClock } from '#capabilities';
import { type ClockEvent, type ClockName, clockEventOf, clockStream, isStoredClockEvent, upcast } from '#contracts';
import { type EventStore } from '#platform/event-store';

/** A clock as the log has it. */
export interface LoadedClock extends ClockName {
  /** Of its stream; 0 where it was never started. */
  readonly version: number;
  readonly state: ServiceClock;
}

/** A clock has at most 1,000 pauses, and little else: more events than this are not one clock's. */
const MAX_EVENTS = 10_000;
const PAGE = 1_000;

/** What happened needs no calendar: due times stand in the clock's events. */
const { initial, evolve } = serviceClock(() => {
  throw new Error('what happened asked for a calendar');
});

export async function loadClock(store: Pick<EventStore, 'readStream'>, name: ClockName): Promise<LoadedClock> {
  const stream = clockStream(name);
  let state = initial;
  let version = 0;
  for (let full = true; full;) {
    const page = await store.readStream(stream, version, PAGE);
    for (const event of page.events.map(upcast)) {
      if (isStoredClockEvent(event)) state = evolve(state, clockEventOf(event));
      version = event.version;
    }
    full = page.full;
    if (full && version >= MAX_EVENTS) throw new Error(`${stream} has too many events`);
  }
  return { ...name, version, state };
}

export const after = (clock: LoadedClock, facts: readonly ClockEvent[]): ServiceClock =>
  facts.reduce(evolve, clock.state);
