import { type StoredClockEvent } from '#contracts';
import { type EpochMs } from '#kernel';

/** The due time of a service clock after an event of it; `undefined` while it has none. */
export function dueBy(event: StoredClockEvent, known: EpochMs | undefined): EpochMs | undefined {
  switch (event.type) {
    case 'service_clock.activated':
    case 'service_clock.resumed':
      return event.data.dueAt;
    case 'service_clock.restated':
      // The other causes tell of a clock that was stopped.
      return event.data.cause === 'terms_changed' ? event.data.dueAt : known;
    case 'service_clock.warned':
    case 'service_clock.breached':
      // It stays overdue until somebody answers.
      return known;
    case 'service_clock.paused':
    case 'service_clock.fulfilled':
    case 'service_clock.cancelled':
      return undefined;
  }
}
