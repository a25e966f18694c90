import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenTimeline, queryTimeline } from '#capabilities';
import { type TimelinePage, type TimelineParameters } from '#contracts';
import { type Clock, type EpochMs, fail, type Position, type Result, succeed } from '#kernel';
import { type PostgresEventStore } from '#platform/event-store';
import { type ReadModelsService } from '#platform/read-store';
import { caughtUp, type DirectoryPorts, findCustomer, notCaughtUp, timelineModels } from './customer-directory.js';
import { invalidCursor, type QueryFailure } from './messages/failures.js';

export interface TimelinePagePorts {
  readonly directory: DirectoryPorts;
  readonly readModels: ReadModelsService;
  readonly store: Pick<PostgresEventStore, 'settledPositionAt'>;
  readonly clock: Clock;
  readonly timeline: OpenTimeline;
}

/** Between two looks whether a time is over. */
const SETTLE_MS = 20;

/**
 * A page of a customer's timeline. What was known at a time is the same for ever (until the customer is erased): it is answered only when
 * nothing can be recorded at that time any more, the read models have applied everything up to it, and nothing of the customer's up to
 * it is parked. Until then the answer is `not_caught_up`; of a time that lies ahead, `invalid_parameters`.
 */
export async function timelinePage(
  ports: TimelinePagePorts,
  reference: string,
  { knownAt, minPosition, ...filters }: TimelineParameters,
): Promise<Result<TimelinePage, QueryFailure>> {
  const { directory, readModels, timeline } = ports;
  const known = await knownPosition(ports, knownAt);
  if (!known.ok) return known;
  const knownUpTo = known.value;
  const late = await caughtUp(directory, laterOf(minPosition, knownUpTo), timelineModels);
  if (late) return fail(late);
  const customerId = await findCustomer(directory, reference);
  if (!customerId.ok) return customerId;
  // Every event of a customer has the customer's id for its key.
  if (knownUpTo !== undefined && (await readModels.isParked('timeline', customerId.value, knownUpTo)))
    return fail(notCaughtUp);
  const page = await queryTimeline(
    { readModels, timeline },
    { ...filters, customerId: customerId.value, ...(knownUpTo !== undefined && { knownUpTo }) },
  );
  return page.ok ? page : fail(invalidCursor);
}

/** Waits for a time that is as good as over: callers' clocks are ahead of the database's by a little. */
async function knownPosition(
  { directory, store, clock }: TimelinePagePorts,
  knownAt: EpochMs | undefined,
): Promise<Result<Position | undefined, QueryFailure>> {
  if (knownAt === undefined) return succeed(undefined);
  const deadline = clock.now() + directory.waitTimeoutMs;
  for (;;) {
    const position = await store.settledPositionAt(knownAt);
    if (position !== undefined) return succeed(position);
    if (knownAt > deadline || clock.now() >= deadline) return fail(inTheFuture);
    await sleep(SETTLE_MS);
  }
}

const inTheFuture: QueryFailure = {
  code: 'invalid_parameters',
  errors: [
    { pointer: '/knownAt', code: 'in_the_future', detail: 'Must be over: nobody knows what will be known by then.' },
  ],
};

const laterOf = (one: Position | undefined, other: Position | undefined): Position | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one;
