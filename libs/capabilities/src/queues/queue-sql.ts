import { type Cursor } from '#contracts';
import { type EpochMs } from '#kernel';
import { itemColumns, rfc3339 } from './queue-item.js';
import {
  conditionsOf,
  dueUntil,
  filtersOf,
  keptFor,
  placeSql,
  type QueueSelection,
  type Segment,
  segmentsOf,
  type Shown,
  standingsOf,
  Values,
} from './queue-conditions.js';
import { SPANS } from './queue-row.js';

/** Where in the order a row stands. */
export interface Place {
  readonly place: number;
  readonly dueAt: EpochMs;
  readonly waitingSince: EpochMs;
  readonly id: string;
}

export interface QueueStatement {
  readonly selection: QueueSelection;
  readonly at: EpochMs;
  readonly past: boolean;
  readonly towards: Cursor['towards'];
  readonly most: number;
  readonly from?: Place;
}

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export const queueSql = (asked: QueueStatement): Statement => (asked.past ? pastSql(asked) : presentSql(asked));

/**
 * Each stretch of the order is a stretch of an index, and gives no more rows than the page has: what is sorted in the end is at most eight
 * pages for each status or category that is asked for, however long the queue is. What is breached needs no event that says so: it stands before now in its stretch.
 */
function presentSql({ selection, at, towards, most, from }: QueueStatement): Statement {
  const [compared, sort] = directions[towards];
  const left = segmentsOf(selection).filter(
    ({ place }) => from === undefined || (towards === 'next' ? place >= from.place : place <= from.place),
  );
  // A server refuses a value that nothing mentions.
  if (left.length === 0) return { sql: `SELECT 0 AS place, ${itemColumns} FROM {queue} LIMIT 0`, values: [] };
  const values = new Values();
  const now = values.of(rfc3339(at), 'timestamptz');
  const filters = filtersOf(selection, () => now, values, at);
  const standings = standingsOf(selection, () => now, values);
  const until = dueUntil(selection, at);
  const untilSql = until === undefined ? undefined : values.of(rfc3339(until), 'timestamptz');
  const beyond = from && left.some(({ place }) => place === from.place) ? beyondSql(from, values) : undefined;
  const stretch = ({ place, rank, late }: Segment, kept: Shown, standing: readonly string[]): string => {
    const conditions = [
      `kept = '${kept}'`,
      `rank = ${String(rank)}`,
      late ? `due_at < ${now}` : `due_at >= ${now}`,
      ...(untilSql !== undefined ? [`due_at <= ${untilSql}`] : []),
      ...filters,
      ...standing,
      ...(beyond !== undefined && place === from?.place ? [`(${ORDER}) ${compared} (${beyond})`] : []),
    ];
    return `(SELECT ${String(place)} AS place, ${itemColumns} FROM {queue} WHERE ${conditions.join(' AND ')}
        ORDER BY due_at ${sort}, waiting_since ${sort}, conversation_id ${sort} LIMIT ${String(most)})`;
  };
  const stretches = left.flatMap((each) =>
    keptFor(selection.view).flatMap((kept) => standings.map((standing) => stretch(each, kept, standing))),
  );
  const sql = `SELECT * FROM (${stretches.join(' UNION ALL ')}) AS stretches ${ordered(sort)} LIMIT ${String(most)}`;
  return { sql, values: values.list };
}

/**
 * What was at a time is what has been so since and is still, and of each class of lengths what ended within that length after it: no more
 * than a few times the rows that were there are read, however long ago it was.
 */
function pastSql({ selection, at, towards, most, from }: QueueStatement): Statement {
  const values = new Values();
  const now = values.of(rfc3339(at), 'timestamptz');
  const place = placeSql(now);
  const until = dueUntil(selection, at);
  const ranks = selection.priorities ?? [];
  const [compared, sort] = directions[towards];
  const conditions = [
    'true',
    ...(selection.view === 'breached' ? [`due_at < ${now}`] : []),
    ...(until === undefined ? [] : [`due_at >= ${now} AND due_at <= ${values.of(rfc3339(until), 'timestamptz')}`]),
    ...(ranks.length === 0 ? [] : [`priority = ANY (${values.of(ranks, 'text[]')})`]),
    ...conditionsOf(selection, () => now, values, at),
    ...(from
      ? [`(${place}, ${ORDER}) ${compared} (${values.of(from.place, 'integer')}, ${beyondSql(from, values)})`]
      : []),
  ].join(' AND ');
  const was = wasSql({ columns: `${place} AS place, ${itemColumns}`, now, conditions, kept: keptFor(selection.view) });
  return { sql: `SELECT * FROM (${was}) AS was ${ordered(sort)} LIMIT ${String(most)}`, values: values.list };
}

export interface Was {
  readonly columns: string;
  /** The time, as a value of the statement. */
  readonly now: string;
  readonly conditions: string;
  readonly kept: readonly Shown[];
}

/** Every row that was there at a time. What is past was shown: as resolved, to those who were mentioned alone. */
export const wasSql = ({ columns, now, conditions, kept }: Was): string => `
  ${kept.map((each) => `SELECT ${columns} FROM {queue} WHERE kept = '${each}' AND since_at <= ${now} AND ${conditions} UNION ALL`).join('\n')}
  SELECT ${columns} FROM generate_series(0, ${String(SPANS)}) AS class
  CROSS JOIN LATERAL (
    SELECT * FROM {queue}
    WHERE kept = 'past' AND span = class AND until_at > ${now} AND until_at <= ${now} + make_interval(secs => 4 ^ class)
  ) AS ended
  WHERE since_at <= ${now} AND ${kept.includes('mentioned') ? 'true' : `category <> 'resolved'`} AND ${conditions}`;

const ORDER = 'due_at, waiting_since, conversation_id';

const directions = { next: ['>', 'ASC'], prev: ['<', 'DESC'] } as const;

const beyondSql = ({ dueAt, waitingSince, id }: Place, values: Values): string =>
  `${values.of(rfc3339(dueAt), 'timestamptz')}, ${values.of(rfc3339(waitingSince), 'timestamptz')}, ${values.of(id, 'uuid')}`;

const ordered = (sort: string): string =>
  `ORDER BY place ${sort}, due_at ${sort}, waiting_since ${sort}, conversation_id ${sort}`;
