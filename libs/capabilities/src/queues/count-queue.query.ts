import { MAX_COUNT, type QueueCountsView, type QueueFilter, queueViews } from '#contracts';
import { type EpochMs, type ReadModels } from '#kernel';
import { rfc3339 } from './queue-item.js';
import { conditionsOf, dueUntil, Values } from './queue-conditions.js';

export interface QueueCountRequest {
  readonly filter: QueueFilter;
  /** Kind and id of whoever asks. */
  readonly self: string;
  readonly at: EpochMs;
}

/** How many conversations each view shows, up to a number: what it costs is bounded, however long the queue is. */
export async function countQueue(
  readModels: ReadModels,
  { filter, self, at }: QueueCountRequest,
): Promise<QueueCountsView> {
  const values = new Values();
  const now = values.of(rfc3339(at), 'timestamptz');
  const counts = queueViews.map((view) => {
    const selection = { ...filter, view, self };
    const until = dueUntil(selection, at);
    const conditions = [
      `kept = 'queued'`,
      // Every rank there is: so the index of the order can be used.
      ...(view === 'breached' ? [`rank IN (0, 1, 2, 3) AND due_at < ${now}`] : []),
      ...(until === undefined
        ? []
        : [`rank IN (0, 1, 2, 3) AND due_at >= ${now} AND due_at <= ${values.of(rfc3339(until), 'timestamptz')}`]),
      ...conditionsOf(selection, () => now, values),
    ];
    // In the order of an index, or the server might rather look through the whole table for the first of them.
    const order =
      view === 'mine' || view === 'unassigned' ? 'ORDER BY rank, due_at, waiting_since, conversation_id' : '';
    const found = `SELECT FROM {queue} WHERE ${conditions.join(' AND ')} ${order} LIMIT ${String(MAX_COUNT + 1)}`;
    return `(SELECT count(*) FROM (${found}) AS found) AS ${view}`;
  });
  const [row = {}] = await readModels.query<Readonly<Record<string, bigint>>>(
    `SELECT ${counts.join(', ')}`,
    values.list,
  );
  const countOf = (view: string) => {
    const counted = Number(row[view] ?? 0);
    return { count: Math.min(counted, MAX_COUNT), capped: counted > MAX_COUNT };
  };
  return {
    at: rfc3339(at),
    views: {
      all: countOf('all'),
      mine: countOf('mine'),
      unassigned: countOf('unassigned'),
      at_risk: countOf('at_risk'),
      breached: countOf('breached'),
      snoozed: countOf('snoozed'),
      mentions: countOf('mentions'),
    },
  };
}
