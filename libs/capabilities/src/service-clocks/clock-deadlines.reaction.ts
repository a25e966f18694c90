import { type StoredClockEvent } from '#contracts';
import { type EpochMs, type Reacted, type Reaction } from '#kernel';

/** That time has come to `at` for one clock. */
export interface ElapseClock {
  readonly type: 'Elapse';
  readonly at: EpochMs;
}

type Deadline = { readonly dueAt: EpochMs | null };

const until = (dueAt: EpochMs | null): Reacted<Deadline, ElapseClock> =>
  dueAt === null ? { state: { dueAt }, cancelled: ['due'] } : { state: { dueAt }, set: [{ name: 'due', dueAt }] };

/** Tells each service clock when its due time is over, so that a breach is known without anybody asking. */
export const clockDeadlines: Reaction<Deadline, ElapseClock, StoredClockEvent> = {
  name: 'clock-deadlines',
  version: 1,
  // A breach is a fact about the past, exact however late it is told; and telling it to a clock that knows it changes nothing.
  actsFrom: 'first-event',
  initial: { dueAt: null },
  key: ({ stream }) => stream,
  when: {
    'service_clock.activated': (_state, { data }) => until(data.dueAt ?? null),
    'service_clock.paused': (_state, { data }) => until(data.dueAt ?? null),
    'service_clock.resumed': (_state, { data }) => until(data.dueAt ?? null),
    // Only other terms make a deadline of their own; the other causes tell of a clock that was stopped.
    'service_clock.restated': (state, { data }) =>
      data.cause === 'terms_changed' ? until(data.dueAt ?? null) : { state },
    'service_clock.fulfilled': () => until(null),
    'service_clock.cancelled': () => until(null),
    'service_clock.breached': (state) => ({ state }),
  },
  // Stopping at the due time is on time: it is over a millisecond later.
  due: (_state, { at }) => ({ state: { dueAt: null }, commands: [{ type: 'Elapse', at: at + 1 }] }),
};
