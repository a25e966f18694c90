import { type ConversationEvent, type PromiseEventType } from '#contracts';
import { type EventOf } from '#kernel';
import { type OwedPromise, type QueueRow } from './queue-row.js';

type Columns = Pick<QueueRow, 'promises' | 'promised_at'>;

/** What we owe of promises after an event of one: what was broken is owed until it is kept late or waived. */
export function afterPromise(
  before: readonly OwedPromise[],
  { type, data }: EventOf<ConversationEvent, PromiseEventType>,
): Columns {
  const others = before.filter(({ id }) => id !== data.promiseId);
  switch (type) {
    case 'conversation.promised':
    case 'conversation.promise_rescheduled':
      return owing([...others, { id: data.promiseId, dueAt: Date.parse(data.dueAt) }]);
    case 'conversation.promise_kept':
    case 'conversation.promise_waived':
      return owing(others);
    case 'conversation.promise_broken':
      return owing(before);
  }
}

const owing = (promises: readonly OwedPromise[]): Columns => ({
  promises,
  promised_at: promises.length === 0 ? null : Math.min(...promises.map(({ dueAt }) => dueAt)),
});
