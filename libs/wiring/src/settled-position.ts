import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, type EpochMs, fail, type Position, type Result, succeed } from '#kernel';
import { type OperatedEventStore } from '#platform/event-store';
import { type DirectoryPorts } from './customer-directory.js';
import { type QueryFailure } from './messages/failures.js';

export interface SettlingPorts {
  readonly store: Pick<OperatedEventStore, 'settledPositionAt'>;
  readonly clock: Clock;
  readonly directory: Pick<DirectoryPorts, 'waitTimeoutMs'>;
}

/** Between two looks whether a time is over. */
const SETTLE_MS = 20;

/**
 * The last position at a time, once nothing can be recorded at it any more. Waits for a time that is as good as over: callers' clocks are
 * ahead of the database's by a little.
 */
export async function settledPosition(
  { directory, store, clock }: SettlingPorts,
  parameter: string,
  time: EpochMs | undefined,
): Promise<Result<Position | undefined, QueryFailure>> {
  if (time === undefined) return succeed(undefined);
  const deadline = clock.now() + directory.waitTimeoutMs;
  for (;;) {
    const position = await store.settledPositionAt(time);
    if (position !== undefined) return succeed(position);
    if (time > deadline || clock.now() >= deadline) return fail(inTheFuture(parameter));
    await sleep(SETTLE_MS);
  }
}

const inTheFuture = (parameter: string): QueryFailure => ({
  code: 'invalid_parameters',
  errors: [
    {
      pointer: `/${parameter}`,
      code: 'in_the_future',
      detail: 'Must be over: nobody knows what will be known by then.',
    },
  ],
});
