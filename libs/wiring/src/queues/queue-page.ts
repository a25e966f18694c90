import { listQueue, type QueuePorts } from '#capabilities';
import { type QueuePage, type QueueParameters } from '#contracts';
import { fail, type Position, type Result, succeed } from '#kernel';
import { type AuditLog } from '#platform/audit';
import { type OnBehalfOf } from '../audited.js';
import { caughtUp, type DirectoryPorts } from '../customer-directory.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';
import { type QueueMark } from '../messages/queue-feed.port.js';
import { settledPosition, type SettlingPorts } from '../settled-position.js';

export interface QueuePagePorts extends QueuePorts, SettlingPorts {
  readonly directory: DirectoryPorts;
  readonly audit: AuditLog;
  /** Where today ends unless somebody says otherwise. */
  readonly timeZone: string;
}

/** What somebody looks at who looks for their next conversation. More, or the pages behind it, is reading all of them. */
const SCREEN = 50;

const readsAll = { action: 'conversations.read', subject: 'conversations:queue', outcome: 'succeeded' } as const;

/** Where a stream of the queue goes on for whoever has seen all up to a position. */
export async function queueMark(
  { directory, audit }: Pick<QueuePagePorts, 'directory' | 'audit'>,
  position: Position,
  by: OnBehalfOf,
): Promise<Result<QueueMark, QueryFailure>> {
  const late = await caughtUp(directory, position, ['queue']);
  if (late) return fail(late);
  await audit.record({ ...by, ...readsAll, details: { after: 'mark' } });
  return succeed({ after: position });
}

/**
 * A page of the queue as it is, or as it was. What it was at a time is the same for ever, until a customer is erased or something parked
 * is released: it is answered when nothing can be recorded at that time any more and the read model has applied all of it.
 */
export async function queuePage(
  ports: QueuePagePorts,
  { view, asOf, minPosition, cursor, limit, ...filter }: QueueParameters,
  by: OnBehalfOf,
): Promise<Result<QueuePage, QueryFailure>> {
  const { directory, clock, audit, timeZone } = ports;
  const settled = await settledPosition(ports, 'asOf', asOf);
  if (!settled.ok) return settled;
  for (const position of [minPosition, settled.value]) {
    const late = await caughtUp(directory, position, ['queue', 'conversations']);
    if (late) return fail(late);
  }
  if ((limit ?? SCREEN) > SCREEN || cursor !== undefined)
    await audit.record({
      ...by,
      ...readsAll,
      details: { limit: limit ?? SCREEN, after: cursor === undefined ? undefined : 'cursor' },
    });
  const self = `${by.actor.kind}:${by.actor.id}`;
  const page = await listQueue(ports, {
    ...{ selection: { timeZone, ...filter, view, self }, at: asOf ?? clock.now(), past: asOf !== undefined },
    ...(cursor !== undefined && { cursor }),
    ...(limit !== undefined && { limit }),
  });
  return page.ok ? page : fail(invalidCursor);
}
