import { type EpochMs } from '#kernel';
import { type StoredClockEvent } from './stored-clock-event.js';

/** When a clock is due that was neither stopped nor cancelled. */
export interface ClockDue {
  /** `null` while nothing is due. */
  readonly dueAt: EpochMs | null;
  /** A verdict that was reached stays, whatever due time other terms would give. */
  readonly breachedAt: EpochMs | null;
}

/** Of a clock after an event of it; nothing once it is stopped or cancelled, and of one that nobody started. */
export function clockDueAfter(before: ClockDue | undefined, event: StoredClockEvent): ClockDue | undefined {
  if (event.type === 'service_clock.activated') return { dueAt: event.data.dueAt ?? null, breachedAt: null };
  switch (event.type) {
    case 'service_clock.paused':
    case 'service_clock.resumed':
    case 'service_clock.restated':
      return before && { ...before, dueAt: event.data.dueAt ?? null };
    case 'service_clock.breached':
      return before && { ...before, breachedAt: event.data.at };
    case 'service_clock.warned':
      return before;
    case 'service_clock.fulfilled':
    case 'service_clock.cancelled':
      return undefined;
  }
}

/** By which it is ordered; `null` where nothing is due. */
export const orderedDue = ({ dueAt, breachedAt }: ClockDue): EpochMs | null => breachedAt ?? dueAt;

/** Stopping at the due time is on time: it is over a millisecond later. The queue says the same as `due_at < now`. */
export const isOverdue = (dueAt: EpochMs | null, now: EpochMs): boolean => dueAt !== null && dueAt < now;
