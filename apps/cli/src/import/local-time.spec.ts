import { formatProblem, isZone, timeReader } from './local-time.js';

const read = (
  text: string,
  formats = ['yyyy-MM-dd HH:mm:ss'],
  zone = 'Europe/London',
  timeOfDay = '00:00',
): string | undefined => {
  const at = timeReader({ formats, zone, timeOfDay })(text);
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe('local times of Europe/London', () => {
  it('are UTC in winter and an hour ahead in summer', () => {
    expect(read('2010-12-01 08:26:00')).toBe('2010-12-01T08:26:00.000Z');
    expect(read('2011-07-01 08:26:00')).toBe('2011-07-01T07:26:00.000Z');
  });

  it('change on the last Sundays of March and October', () => {
    expect(read('2011-03-27 00:59:00')).toBe('2011-03-27T00:59:00.000Z');
    expect(read('2011-03-27 02:00:00')).toBe('2011-03-27T01:00:00.000Z');
    expect(read('2011-10-30 00:59:00')).toBe('2011-10-29T23:59:00.000Z');
    expect(read('2011-10-30 02:00:00')).toBe('2011-10-30T02:00:00.000Z');
  });

  it('are the earlier of the two when the clocks showed it twice, and moved on when they skipped it', () => {
    expect(read('2011-10-30 01:30:00')).toBe('2011-10-30T00:30:00.000Z');
    expect(read('2011-03-27 01:30:00')).toBe('2011-03-27T01:30:00.000Z');
  });
});

describe('date formats', () => {
  it('read the first one that fits', () => {
    const formats = ['M/d/yyyy', 'M/d/yy', 'iso'];
    expect(read('7/29/2013', formats, 'America/New_York', '12:00')).toBe('2013-07-29T16:00:00.000Z');
    expect(read('9/24/19', formats, 'America/New_York', '12:00')).toBe('2019-09-24T16:00:00.000Z');
    expect(read('2019-09-10T12:00:00-05:00', formats, 'America/New_York')).toBe('2019-09-10T17:00:00.000Z');
    expect(read('1/2/70', formats, 'UTC')).toBe('1970-01-02T00:00:00.000Z');
  });

  it('read Persian digits, half-hour zones and zones without daylight saving', () => {
    expect(read('۲۰۲۳-۰۷-۰۱ ۰۹:۰۰:۰۰', undefined, 'Asia/Tehran')).toBe('2023-07-01T05:30:00.000Z');
    expect(read('2021-07-01 09:00:00', undefined, 'Asia/Tehran')).toBe('2021-07-01T04:30:00.000Z');
  });

  it.each(['2011-02-30 08:00:00', '2011-13-01 08:00:00', '2011-01-01 24:00:00', '2011-01-01', '', 'yesterday'])(
    'refuse %j',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );

  it('are checked before they are used', () => {
    expect(formatProblem('yyyy-MM-dd HH:mm:ss')).toBeUndefined();
    expect(formatProblem('iso')).toBeUndefined();
    expect(formatProblem('yyyy-MM')).toMatch(/needs a year/);
    expect(formatProblem('yyyy-MM-dd d')).toMatch(/twice/);
    expect(formatProblem('yyyy-MM-dd xx')).toMatch(/letters/);
    expect(isZone('Europe/London')).toBe(true);
    expect(isZone('Europe/Nowhere')).toBe(false);
  });
});
