import type pg from 'pg';
import { BusGuardError, type Bus } from './bus.port.js';
import { rewindRelay } from './relay-checkpoint.js';

/**
 * Lets the relay begin with the first event, for a topic that was made anew. The numbers begin anew with it, so nothing may be in
 * the topic, and no reader may go on from where it was in the old one; nor may a relay work that knows the old one.
 */
export async function restartRelay(pool: pg.Pool, bus: Bus, topic: string): Promise<void> {
  const ends = await bus.ends(topic);
  if ([...ends.values()].some(({ next }) => next > 0n))
    throw new BusGuardError(`${topic} is not empty.`, 'Delete it and make it with safar kafka init, then try again.');
  if (!(await rewindRelay(pool, topic, ends.size)))
    throw new BusGuardError(
      `a relay works on ${topic}.`,
      'Stop every relay, then try again; one that died lets go of it after ten seconds.',
    );
}
