import { type EpochMs } from '#kernel';
import { Values } from './queue-conditions.js';
import { rfc3339 } from './queue-item.js';
import { rankOf } from './queue-row.js';
import { type Statement } from './queue-sql.js';

/** Instants; `null` where nothing will turn. */
export type NextTurns = Readonly<Record<string, EpochMs | null>>;

/** When, after a time, a row of the queue becomes another by itself: is breached, at risk for some number of seconds, or put aside no more. */
export function nextTurnSql(at: EpochMs, withinSeconds: readonly number[]): Statement {
  const values = new Values();
  const ranks = Object.values(rankOf)
    .map((rank) => `(${String(rank)})`)
    .join(', ');
  // Each rank is a stretch of the index; of all of them together the server would look at every row.
  const dueFrom = (from: EpochMs): string => `
    (SELECT min(due_at) FROM (VALUES ${ranks}) AS ranks (rank) CROSS JOIN LATERAL (
      SELECT due_at FROM {queue} AS due WHERE kept = 'queued' AND due.rank = ranks.rank AND due_at >= ${values.of(rfc3339(from), 'timestamptz')}
      ORDER BY due.rank, due_at LIMIT 1) AS first)`;
  const turns = [
    // It is late after its due time, and at risk from so many seconds before it on.
    `${dueFrom(at)} + interval '1 millisecond' AS late`,
    ...withinSeconds.map(
      (seconds, index) =>
        `${dueFrom(at + seconds * 1_000 + 1)} - make_interval(secs => ${String(seconds)}) AS risk${String(index)}`,
    ),
    `(SELECT min(snoozed_until) FROM {queue} WHERE kept = 'queued' AND snoozed_until IS NOT NULL
      AND snoozed_until > ${values.of(rfc3339(at), 'timestamptz')}) AS woken`,
  ];
  return { sql: `SELECT ${turns.join(', ')}`, values: values.list };
}
