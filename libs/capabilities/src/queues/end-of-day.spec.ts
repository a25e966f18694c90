import { endOfDay, startOfDay } from './end-of-day.js';

it.each([
  ['2026-03-21T20:29:59.999Z', 'Asia/Tehran', '2026-03-20T20:30:00.000Z', '2026-03-21T20:30:00.000Z'],
  ['2026-03-21T20:30:00.000Z', 'Asia/Tehran', '2026-03-21T20:30:00.000Z', '2026-03-22T20:30:00.000Z'],
  // Of 23 and of 25 hours.
  ['2026-03-29T10:00:00.000Z', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['2026-10-25T10:00:00.000Z', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
])('at %s it is one day in %s', (at, zone, start, end) => {
  const [from, to] = [startOfDay(Date.parse(at), zone), endOfDay(Date.parse(at), zone)];
  expect([new Date(from).toISOString(), new Date(to).toISOString()]).toEqual([start, end]);
});
