import {
  MAX_COUNT,
  type QueueCount,
  type QueueCountsView,
  type QueueFilter,
  type QueueView,
  queueViews,
} from '#contracts';
import { type EpochMs, type ReadModels } from '#kernel';
import { rfc3339 } from './queue-item.js';
import {
  dueUntil,
  filtersOf,
  keptFor,
  type QueueSelection,
  segmentsOf,
  standingsOf,
  Values,
} from './queue-conditions.js';

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
  const counts = await countSelections(
    readModels,
    queueViews.map((view) => ({ ...filter, view, self })),
    at,
  );
  return { at: rfc3339(at), views: countedViews(counts) };
}

/** Counts of the views that everybody has, in the order of these, by name. */
export function countedViews(counts: readonly QueueCount[]): QueueCountsView['views'] {
  const countOf = (view: QueueView): QueueCount => counts[queueViews.indexOf(view)] ?? { count: 0, capped: false };
  return {
    all: countOf('all'),
    mine: countOf('mine'),
    unassigned: countOf('unassigned'),
    at_risk: countOf('at_risk'),
    breached: countOf('breached'),
    promised_today: countOf('promised_today'),
    snoozed: countOf('snoozed'),
    mentions: countOf('mentions'),
    warned: countOf('warned'),
  };
}

/** How many each shows, in their order, in one statement. */
export async function countSelections(
  readModels: Pick<ReadModels, 'query'>,
  selections: readonly QueueSelection[],
  at: EpochMs,
): Promise<readonly QueueCount[]> {
  if (selections.length === 0) return [];
  const values = new Values();
  // A server refuses a value that nothing mentions, and a view need not say anything of time.
  let mentioned: string | undefined;
  const now = (): string => (mentioned ??= values.of(rfc3339(at), 'timestamptz'));
  const counts = selections.map((selection, index) => `${countSql(selection, at, now, values)} AS c${String(index)}`);
  const [row = {}] = await readModels.query<Readonly<Record<string, bigint>>>(
    `SELECT ${counts.join(', ')}`,
    values.list,
  );
  return selections.map((_selection, index) => {
    const counted = Number(row[`c${String(index)}`] ?? 0);
    return { count: Math.min(counted, MAX_COUNT), capped: counted > MAX_COUNT };
  });
}

function countSql(selection: QueueSelection, at: EpochMs, now: () => string, values: Values): string {
  const { view, priorities = [] } = selection;
  const until = dueUntil(selection, at);
  const ranks = segmentsOf({ ...selection, view: 'breached' }).map(({ rank }) => rank);
  const conditions = [
    `kept IN (${keptFor(view)
      .map((kept) => `'${kept}'`)
      .join(', ')})`,
    // Every rank there is: so the index of the order can be used.
    ...(view === 'breached' || until !== undefined || priorities.length > 0 ? [`rank IN (${ranks.join(', ')})`] : []),
    ...(view === 'breached' ? [`due_at < ${now()}`] : []),
    ...(until === undefined ? [] : [`due_at >= ${now()} AND due_at <= ${values.of(rfc3339(until), 'timestamptz')}`]),
    ...filtersOf(selection, now, values, at),
  ];
  const standings = standingsOf(selection, now, values);
  // In the order of an index, or the server might rather look through the whole table for the first of them.
  const order =
    standings.some((standing) => standing.length > 0) || ordered.has(view)
      ? 'ORDER BY rank, due_at, waiting_since, conversation_id'
      : '';
  const found = standings.map(
    (standing) =>
      `(SELECT FROM {queue} WHERE ${[...conditions, ...standing].join(' AND ')} ${order} LIMIT ${String(MAX_COUNT + 1)})`,
  );
  const most = `SELECT FROM (${found.join(' UNION ALL ')}) AS ways LIMIT ${String(MAX_COUNT + 1)}`;
  return `(SELECT count(*) FROM (${most}) AS found)`;
}

/** Views that have an index in their order. */
const ordered: ReadonlySet<QueueView> = new Set(['mine', 'unassigned', 'promised_today']);
