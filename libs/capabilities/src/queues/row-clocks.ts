import { clockDueAfter, orderedDue, type StoredClockEvent } from '#contracts';
import { NEVER, type OpenClock, type QueueRow } from './queue-row.js';

/** The open clocks of a conversation after an event of one of them. */
export function evolveClocks(before: readonly OpenClock[], event: StoredClockEvent): readonly OpenClock[] {
  const { stream } = event;
  const known = before.find((clock) => clock.stream === stream);
  const due = clockDueAfter(known, event);
  const others = before.filter((clock) => clock.stream !== stream);
  if (event.type === 'service_clock.activated')
    return due ? [...others, { stream, kind: event.data.kind, ...due }] : others;
  if (!known || !due) return others;
  const warned = event.type === 'service_clock.warned' ? [...(known.warned ?? []), ...event.data.to] : known.warned;
  const after: OpenClock = { ...known, ...due, ...(warned && { warned }) };
  return before.map((clock) => (clock === known ? after : clock));
}

/** What is due next: a breach that was told counts from when it came about. */
export function nextDue(clocks: readonly OpenClock[]): Pick<QueueRow, 'due_at' | 'due_clock'> {
  let next: Pick<QueueRow, 'due_at' | 'due_clock'> = { due_at: NEVER, due_clock: null };
  for (const clock of clocks) {
    const at = orderedDue(clock) ?? NEVER;
    if (at < next.due_at) next = { due_at: at, due_clock: clock.kind };
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
