import { type StoredClockEvent } from '#contracts';
import { clockDeadlines } from './clock-deadlines.reaction.js';

const terms = { policyId: 'p', policyVersion: 1, calendarId: 'c', calendarVersion: 1, targetSeconds: 60 };
const { initial, when, due } = clockDeadlines;
const recorded = <Type extends StoredClockEvent['type']>(
  type: Type,
  data: Extract<StoredClockEvent, { readonly type: Type }>['data'],
) => ({ type, data }) as Extract<StoredClockEvent, { readonly type: Type }>;

describe('the deadline of a service clock', () => {
  it('is its due time', () =>
    expect(when['service_clock.resumed'](initial, recorded('service_clock.resumed', { at: 1, dueAt: 9 }), 'k')).toEqual(
      {
        state: { dueAt: 9 },
        set: [{ name: 'due', dueAt: 9 }],
      },
    ));
  it('is none while nothing is due', () =>
    expect(when['service_clock.paused'](initial, recorded('service_clock.paused', { at: 1 }), 'k')).toEqual({
      state: { dueAt: null },
      cancelled: ['due'],
    }));
  it('moves with other terms, and not with another verdict', () => {
    const restated = (cause: 'terms_changed' | 'stopped_earlier') =>
      when['service_clock.restated'](
        initial,
        recorded('service_clock.restated', { at: 1, cause, terms, dueAt: 9 }),
        'k',
      );
    expect(restated('terms_changed').set).toEqual([{ name: 'due', dueAt: 9 }]);
    expect(restated('stopped_earlier').set).toBeUndefined();
  });
  it('is over a millisecond after it: to stop at the due time is on time', () =>
    expect(due({ dueAt: 9 }, { name: 'due', at: 9 }, 'k').commands).toEqual([{ type: 'Elapse', at: 10 }]));
});
