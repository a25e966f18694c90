import { type EpochMs, type Position } from '#kernel';
import { itemColumns, rfc3339 } from './queue-item.js';
import { startOfDay } from './end-of-day.js';
import {
  conditionsOf,
  dueUntil,
  keptFor,
  promisedUntil,
  type QueueSelection,
  type Shown,
  Values,
} from './queue-conditions.js';
import { type Statement } from './queue-sql.js';

interface Looking {
  readonly selection: QueueSelection;
  readonly at: EpochMs;
  readonly most: number;
}

/** When the last change at or before a position was recorded. */
export const recordedBeforeSql = `
  SELECT since_at AS at FROM {queue} WHERE kept <> 'past' AND since_position <= $1::bigint ORDER BY since_position DESC LIMIT 1`;

/** Conversations that changed after a position, as they are now, and whether the selection has them. */
export function changedSql({
  selection,
  at,
  most,
  after,
  upTo,
}: Looking & { readonly after: Position; readonly upTo: Position }): Statement {
  const values = new Values();
  const between = `since_position > ${values.of(after.toString(), 'bigint')} AND since_position <= ${values.of(upTo.toString(), 'bigint')}`;
  const sql = `
    SELECT ${itemColumns}, ${shownSql(selection, at, values)} AS shown FROM {queue}
    WHERE kept <> 'past' AND ${between} ORDER BY since_position LIMIT ${String(most)}`;
  return { sql, values: values.list };
}

/**
 * Conversations that time changed by itself, in the order in which it did: after `since`, of that instant those behind an id. Of what was due
 * at an instant it is told a millisecond later, as it is breached only then.
 */
export function turnedSql({
  selection,
  at,
  most,
  since,
  id,
}: Looking & { readonly since: EpochMs; readonly id: string }): Statement {
  const values = new Values();
  const shown = shownSql(selection, at, values);
  const place = `(${values.of(rfc3339(since), 'timestamptz')}, ${values.of(id, 'uuid')})`;
  const now = values.of(rfc3339(at), 'timestamptz');
  const turnsOf = (kept: Shown, instant: string, where: string): string => `
    (SELECT ${itemColumns}, ${instant} AS turned_at, ${shown} AS shown FROM {queue}
    WHERE kept = '${kept}' AND ${where} AND (${instant}, conversation_id) > ${place} AND ${instant} <= ${now}
    ORDER BY turned_at, conversation_id LIMIT ${String(most)})`;
  const time = (instant: EpochMs): string => values.of(rfc3339(instant), 'timestamptz');
  const today = startOfDay(at, selection.timeZone ?? 'UTC');
  // A clock may go on in what is resolved. No promise is owed there, and it is not put aside.
  const due = (instant: string, where: string): string =>
    keptFor(selection.view)
      .map((kept) => turnsOf(kept, instant, where))
      .join(' UNION ALL ');
  const until = dueUntil(selection, at);
  const risk = until === undefined ? 0 : until - at;
  const sql = [
    due(`due_at + interval '1 millisecond'`, dueBetween(since - 1, at, values)),
    ...(risk === 0
      ? []
      : [due(`due_at - make_interval(secs => ${String(risk / 1_000)})`, dueBetween(since + risk, at + risk, values))]),
    turnsOf(
      'queued',
      `promised_at + interval '1 millisecond'`,
      `promised_at >= ${time(since - 1)} AND promised_at <= ${now}`,
    ),
    // With the day, what is promised for it comes into the view: once a day, all of it is told.
    ...(selection.view !== 'promised_today' || today < since
      ? []
      : [turnsOf('queued', `${time(today)}`, `promised_at < ${time(promisedUntil(selection, at))}`)]),
    turnsOf('queued', 'snoozed_until', `snoozed_until >= ${values.of(rfc3339(since), 'timestamptz')}`),
  ].join(' UNION ALL ');
  return {
    sql: `SELECT * FROM (${sql}) AS turns ORDER BY turned_at, conversation_id LIMIT ${String(most)}`,
    values: values.list,
  };
}

/** Every rank there is, so that the index of the order serves. */
const dueBetween = (from: EpochMs, to: EpochMs, values: Values): string =>
  `rank IN (0, 1, 2, 3) AND due_at >= ${values.of(rfc3339(from), 'timestamptz')} AND due_at <= ${values.of(rfc3339(to), 'timestamptz')}`;

/** Whether a row is one of the selection at a time. */
function shownSql(selection: QueueSelection, at: EpochMs, values: Values): string {
  const { view, priorities = [] } = selection;
  const until = dueUntil(selection, at);
  const now = (): string => values.of(rfc3339(at), 'timestamptz');
  return [
    `kept IN (${keptFor(view)
      .map((kept) => `'${kept}'`)
      .join(', ')})`,
    ...(view === 'breached' ? [`due_at < ${now()}`] : []),
    ...(until === undefined ? [] : [`due_at >= ${now()} AND due_at <= ${values.of(rfc3339(until), 'timestamptz')}`]),
    ...(priorities.length === 0 ? [] : [`priority = ANY (${values.of(priorities, 'text[]')})`]),
    ...conditionsOf(selection, now, values, at),
  ].join(' AND ');
}
