import type { Position, Projection, RecordedEvent } from '#kernel';
import type { DecodeEvents, EventPage } from './event-source.port.js';
import { laneOf } from './lane.js';
import { isOutage } from './troubles.js';

/** One consumer's part of a page of the log, ready to be folded. */
export interface DecodedPage {
  /** Of this lane, decoded; an event that could not be decoded stands as it was read. */
  readonly events: readonly RecordedEvent[];
  readonly upTo: Position;
  /** Why single events cannot be applied. */
  readonly condemned: ReadonlyMap<Position, unknown>;
  /** Where reading must begin to meet an event first. */
  readonly readAfter: (event: RecordedEvent) => Position;
}

export interface PageFilter {
  readonly lane: number;
  readonly lanes: number;
  /** Not to be applied, by decision. */
  readonly discarded: ReadonlySet<Position>;
}

/** An event that only newer code understands. What comes before it can be applied; it and what follows has to wait. */
export interface NewerEvent {
  readonly error: Error;
}

/** The lane's events of a page, decoded as far as this code can. */
export async function decodePage(
  { events, upTo }: EventPage,
  after: Position,
  filter: PageFilter,
  decode: (events: readonly RecordedEvent[]) => Promise<readonly RecordedEvent[]>,
): Promise<{ readonly page: DecodedPage; readonly newer?: NewerEvent }> {
  const mine = events.filter(
    ({ key, position }) => laneOf(key, filter.lanes) === filter.lane && !filter.discarded.has(position),
  );
  const isolated = await isolate(mine, decode);
  const firstNewer = mine[isolated.events.length];
  const readAfter = ({ position }: RecordedEvent): Position => {
    const index = events.findIndex((event) => event.position === position);
    return events[index - 1]?.position ?? after;
  };
  const page = {
    events: isolated.events,
    upTo: firstNewer ? readAfter(firstNewer) : upTo,
    condemned: isolated.condemned,
    readAfter,
  };
  return isolated.newer ? { page, newer: isolated.newer } : { page };
}

interface Isolated {
  /** As far as they could be decoded; a condemned one stands as it was read. */
  readonly events: readonly RecordedEvent[];
  readonly condemned: ReadonlyMap<Position, unknown>;
  readonly newer?: NewerEvent;
}

/** Halves what does not decode until the events that are to blame stand alone: log₂ n more calls for each of them. */
async function isolate(
  events: readonly RecordedEvent[],
  decode: (events: readonly RecordedEvent[]) => Promise<readonly RecordedEvent[]>,
): Promise<Isolated> {
  if (events.length === 0) return { events, condemned: new Map() };
  try {
    const decoded = await decode(events);
    if (decoded.length !== events.length) throw new Error('decoding must answer one event for each');
    return { events: decoded, condemned: new Map() };
  } catch (error) {
    if (isOutage(error)) throw error;
    const [only] = events;
    if (only && events.length === 1)
      return isNewer(error) ? { events: [], condemned: new Map(), newer: { error } } : alone(only, error);
  }
  const middle = Math.ceil(events.length / 2);
  const left = await isolate(events.slice(0, middle), decode);
  if (left.newer) return left;
  const right = await isolate(events.slice(middle), decode);
  return {
    events: [...left.events, ...right.events],
    condemned: new Map([...left.condemned, ...right.condemned]),
    ...(right.newer ? { newer: right.newer } : {}),
  };
}

const alone = (event: RecordedEvent, error: unknown): Isolated => ({
  events: [event],
  condemned: new Map([[event.position, error]]),
});

const isNewer = (error: unknown): error is Error => error instanceof Error && error.name === 'EventNewerThanCodeError';

/** The decoder of a projection. */
export const decoderOf =
  (decode: DecodeEvents, { reads }: Projection) =>
  (events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> =>
    decode(events, reads);
