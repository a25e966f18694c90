import { type RecordedEvent } from '#kernel';
import { eventOf, ForeignRecordError, recordOf, sequenceOf } from './event-records.js';

const event: RecordedEvent = {
  ...{ id: '01890a5d-ac96-774b-bcce-b302099a8057', type: 'touchpoint.purchase', schemaVersion: 1 },
  ...{ key: 'persona-1', stream: 'persona-1', version: 3, position: 3_000_000_001n },
  ...{ occurredAt: Date.UTC(2026, 2, 20, 10), recordedAt: Date.UTC(2026, 2, 20, 11) },
  meta: { source: 'web-shop', correlationId: 'order-1', causationId: 'order-1' },
  data: { orderId: '۱', amount: { amount: '15.30', currency: 'GBP' } },
};
const traced: RecordedEvent = {
  ...event,
  meta: {
    ...event.meta,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'rojo=00f067aa0ba902b7',
  },
};
const written = (of = event) => ({ ...recordOf(of, 2, 7n), offset: 41n });

describe('an event as a record of the topic', () => {
  it.each([
    ['without a trace', event],
    ['with one', traced],
  ])('is read as it was written, %s', (_, one) => {
    expect(eventOf(written(one))).toEqual(one);
    expect(sequenceOf(written(one))).toBe(7n);
  });

  it('is read beside attributes that a later version may add', () => {
    const record = written();
    expect(eventOf({ ...record, headers: { ...record.headers, ce_later: 'x', later: 'y' } })).toEqual(event);
  });

  it.each(Object.keys(recordOf(event, 2, 7n).headers).filter((name) => name !== 'relay-seq'))(
    'is foreign without its %s',
    (name) => {
      const { [name]: _, ...headers } = recordOf(event, 2, 7n).headers;
      expect(() => eventOf({ ...written(), headers })).toThrow(ForeignRecordError);
    },
  );

  it.each(['', 'x', '[]', '3', 'null', '{"a":'])('is foreign with the value %p', (value) => {
    expect(() => eventOf({ ...written(), value })).toThrow(ForeignRecordError);
  });
});
