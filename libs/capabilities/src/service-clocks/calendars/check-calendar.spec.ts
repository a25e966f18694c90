import { type BusinessCalendarVersion } from '#contracts';
import { saveVersion } from './check-calendar.js';

const office: BusinessCalendarVersion = {
  version: 1,
  inForceFrom: 0,
  timeZone: 'Asia/Tehran',
  week: { saturday: [{ opens: '22:00', closes: '06:00' }] },
  holidays: ['2026-03-21'],
};

describe('a version of a calendar', () => {
  it('is saved after the last one', () => {
    const saved = saveVersion({ id: 'office', versions: [office] }, { ...office, version: 2, inForceFrom: 5 });
    expect(saved).toMatchObject({ ok: true, value: { versions: [{ version: 1 }, { version: 2 }] } });
    expect(saveVersion({ id: 'office', versions: [office] }, { ...office, version: 2 })).toMatchObject({
      ok: false,
      reason: { code: 'not-after-last-version' },
    });
  });

  it.each([
    [{ week: { monday: [] } }, 'never-open'],
    [{ timeZone: '+03:30' }, 'unknown-time-zone'],
    [{ timeZone: 'Asia/Atlantis' }, 'unknown-time-zone'],
    [{ week: { monday: [{ opens: '09:00', closes: '09:00' }] } }, 'invalid-period'],
    [{ week: { monday: [{ opens: '09:00', closes: '24:01' }] } }, 'invalid-period'],
    [{ holidays: ['2026-02-30'] }, 'invalid-holiday'],
  ])('is refused with %j', (change, code) => {
    expect(saveVersion({ id: 'office', versions: [] }, { ...office, ...change })).toMatchObject({
      ok: false,
      reason: { code },
    });
  });
});
