import {
  conversationIdOf,
  clockOfStream,
  type ConversationEvent,
  isStoredClockEvent,
  type PersonaErased,
  type StoredClockEvent,
} from '#contracts';
import { allGone, gone, type Evolve, type Projection, type RecordedEvent, type RowKey } from '#kernel';
import { openedRow, workedRow } from './evolve-queue-row.js';
import { type QueueRow, queueTable, spanOf } from './queue-row.js';
import { evolveClocks, nextDue, withWarned } from './row-clocks.js';

type Later = Exclude<ConversationEvent, { readonly type: 'conversation.opened' | 'conversation.forgotten' }>;

/** The place of the state that is; where an event puts the state that it ends is named by its own position. */
const PRESENT = 0n;

/**
 * What an event makes of the state that is, and of the place for the state before: that comes first, while it can still be read. What began
 * and ended in one millisecond was never seen.
 */
const keeping =
  <E extends RecordedEvent>(
    after: (before: QueueRow | undefined, event: E) => QueueRow | undefined,
  ): Evolve<QueueRow, E> =>
  (row, event, key, rowOf) => {
    if (key[1] === PRESENT) return settled(after(row, event), event);
    const before = rowOf(presentKey(key));
    if ((before?.kept !== 'queued' && before?.kept !== 'mentioned') || before.since_at >= event.recordedAt)
      return undefined;
    const { position: until_position, recordedAt: until_at } = event;
    return { ...before, kept: 'past', until_position, until_at, span: spanOf(until_at - before.since_at) };
  };

const presentKey = ([id = '']: RowKey): RowKey => [id, PRESENT];

/** What is merged or spam nobody can do anything in, and so nobody is called there. */
function keptAs({ stage, category, labels }: QueueRow): QueueRow['kept'] {
  if (stage !== 'active') return 'resting';
  if (category !== 'resolved') return 'queued';
  return labels.some((label) => label.startsWith('mention:')) ? 'mentioned' : 'resting';
}

/** Of an erased customer's conversation the row is gone, and what comes later finds none. */
const settled = (row: QueueRow | undefined, { position, recordedAt }: RecordedEvent): QueueRow | undefined =>
  row && {
    ...row,
    kept: keptAs(row),
    since_at: recordedAt,
    since_position: position,
  };

const worked: Evolve<QueueRow, Later> = keeping((before, event) => before && workedRow(before, event));

const clocked: Evolve<QueueRow, StoredClockEvent> = keeping((before, event) => {
  if (before === undefined) return undefined;
  const clocks = evolveClocks(before.clocks, event);
  return { ...before, clocks, labels: withWarned(before.labels, clocks), ...nextDue(clocks) };
});

const conversationOf = (event: ConversationEvent | StoredClockEvent): string | undefined =>
  isStoredClockEvent(event) ? clockOfStream(event.stream)?.conversationId : conversationIdOf(event.stream);

/** The queue: a row for each conversation as it is, and one for each state in which the queue showed it. Nothing in it is personal. */
export const queue: Projection<QueueRow, ConversationEvent | StoredClockEvent | PersonaErased> = {
  name: 'queue',
  version: 14,
  reads: 'sealed',
  table: queueTable,
  keys: (event) => {
    if (event.type === 'persona.erased') return [[event.key, PRESENT]];
    const id = conversationOf(event);
    return id === undefined
      ? []
      : [
          [id, event.position],
          [id, PRESENT],
        ];
  },
  when: {
    'conversation.opened': keeping((_before, event) => openedRow(event)),
    'conversation.message_received': worked,
    'conversation.replied': worked,
    'conversation.noted': worked,
    'conversation.assigned': worked,
    'conversation.transferred': worked,
    'conversation.prioritised': worked,
    'conversation.tagged': worked,
    'conversation.status_changed': worked,
    'conversation.snoozed': worked,
    'conversation.woken': worked,
    'conversation.reopened': worked,
    'conversation.merged': worked,
    'conversation.unmerged': worked,
    'conversation.absorbed': worked,
    'conversation.released': worked,
    'conversation.split_off': worked,
    'conversation.spam_marked': worked,
    'conversation.spam_cleared': worked,
    'conversation.mention_seen': worked,
    'conversation.linked': worked,
    'conversation.unlinked': worked,
    'conversation.promised': worked,
    'conversation.promise_kept': worked,
    'conversation.promise_rescheduled': worked,
    'conversation.promise_waived': worked,
    'conversation.promise_broken': worked,
    // Nobody was to see it, so nothing is kept of it.
    'conversation.forgotten': (_row, _event, key) => (key[1] === PRESENT ? gone : undefined),
    'service_clock.activated': clocked,
    'service_clock.paused': clocked,
    'service_clock.resumed': clocked,
    'service_clock.warned': clocked,
    'service_clock.breached': clocked,
    'service_clock.restated': clocked,
    'service_clock.fulfilled': clocked,
    'service_clock.cancelled': clocked,
    'persona.erased': () => allGone,
  },
};
