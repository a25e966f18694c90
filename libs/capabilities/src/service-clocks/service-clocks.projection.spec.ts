import { type CancelReason, clockStream, type StoredClockEvent } from '#contracts';
import { gone } from '#kernel';
import { serviceClocks, type ServiceClockRow } from './service-clocks.projection.js';

const stream = clockStream({ conversationId: '018f0000-0000-8000-8000-000000000001', kind: 'resolution', ordinal: 1 });
const happened = <Type extends StoredClockEvent['type']>(type: Type, data: object) =>
  ({
    ...{ id: 'e', type, schemaVersion: 1, key: 'customer', occurredAt: 0, recordedAt: 0, stream, version: 1 },
    ...{ position: 1n, data: { at: 0, ...data }, meta: { source: '', correlationId: '', causationId: '' } },
  }) as unknown as Extract<StoredClockEvent, { readonly type: Type }>;

const row = (): ServiceClockRow => {
  const terms = { policyId: 'p', policyVersion: 1, calendarId: 'always', calendarVersion: 1, targetSeconds: 60 };
  const activated = happened('service_clock.activated', { kind: 'resolution', terms, dueAt: 60_000 });
  const made = serviceClocks.when['service_clock.activated'](undefined, activated, [stream], () => undefined);
  if (typeof made !== 'object') throw new Error('a clock that starts leaves a row');
  return made;
};
const cancelled = (before: ServiceClockRow | undefined, reason: CancelReason) =>
  serviceClocks.when['service_clock.cancelled'](
    before,
    happened('service_clock.cancelled', { reason }),
    [stream],
    () => undefined,
  );

describe('the rows of service clocks', () => {
  it('stay when a clock was cancelled, and go when that was because its customer was erased', () => {
    expect(cancelled(row(), 'merged')).toMatchObject({ stream, clock: { status: 'cancelled' } });
    expect(cancelled(row(), 'deleted')).toBe(gone);
    expect(cancelled(undefined, 'deleted')).toBe(gone);
  });
});
