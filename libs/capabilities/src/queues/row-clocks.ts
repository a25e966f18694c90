import { type StoredClockEvent } from '#contracts';
import { NEVER, type OpenClock, type QueueRow } from './queue-row.js';

/** The open clocks of a conversation after an event of one of them. */
export function evolveClocks(before: readonly OpenClock[], event: StoredClockEvent): readonly OpenClock[] {
  const { stream } = event;
  const change = (changed: Partial<OpenClock>): readonly OpenClock[] =>
    before.map((clock) => (clock.stream === stream ? { ...clock, ...changed } : clock));
  switch (event.type) {
    case 'service_clock.activated': {
      const { kind, dueAt = null } = event.data;
      const others = before.filter((clock) => clock.stream !== stream);
      return [...others, { stream, kind, dueAt, breachedAt: null }];
    }
    case 'service_clock.paused':
    case 'service_clock.resumed':
      return change({ dueAt: event.data.dueAt ?? null });
    case 'service_clock.warned':
      return before.map((clock) =>
        clock.stream === stream ? { ...clock, warned: [...(clock.warned ?? []), ...event.data.to] } : clock,
      );
    case 'service_clock.breached':
      return change({ breachedAt: event.data.at });
    case 'service_clock.restated':
      return change({ dueAt: event.data.dueAt ?? null });
    case 'service_clock.fulfilled':
    case 'service_clock.cancelled':
      return before.filter((clock) => clock.stream !== stream);
  }
}

/** What is due next: a breach that was told counts from when it came about. */
export function nextDue(clocks: readonly OpenClock[]): Pick<QueueRow, 'due_at' | 'due_clock'> {
  let next: Pick<QueueRow, 'due_at' | 'due_clock'> = { due_at: NEVER, due_clock: null };
  for (const { kind, dueAt, breachedAt } of clocks) {
    const at = breachedAt ?? dueAt ?? NEVER;
    if (at < next.due_at) next = { due_at: at, due_clock: kind };
  }
  return next;
}

/** Labels of a row with those who were warned of the clocks that it has now. */
export function withWarned(labels: readonly string[], clocks: readonly OpenClock[]): readonly string[] {
  const warned = new Set(clocks.flatMap((clock) => clock.warned ?? []).map((each) => `warn:${each}`));
  const others = labels.filter((label) => !label.startsWith('warn:'));
  if (warned.size === 0) return others.length === labels.length ? labels : others;
  return [...[...warned].sort(), ...others];
}
