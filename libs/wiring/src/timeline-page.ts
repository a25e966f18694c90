import { type OpenTimeline, queryTimeline } from '#capabilities';
import { type TimelinePage, type TimelineParameters } from '#contracts';
import { fail, type Position, type Result } from '#kernel';
import { type ReadModelsService } from '#platform/read-store';
import { caughtUp, type DirectoryPorts, findCustomer, notCaughtUp, timelineModels } from './customer-directory.js';
import { invalidCursor, type QueryFailure } from './messages/failures.js';
import { settledPosition, type SettlingPorts } from './settled-position.js';

export interface TimelinePagePorts extends SettlingPorts {
  readonly directory: DirectoryPorts;
  readonly readModels: ReadModelsService;
  readonly timeline: OpenTimeline;
}

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
  const known = await settledPosition(ports, 'knownAt', knownAt);
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

const laterOf = (one: Position | undefined, other: Position | undefined): Position | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one;
