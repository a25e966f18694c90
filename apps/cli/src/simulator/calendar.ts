import { type EpochMs } from '#kernel';
import { type Chance } from './chance.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Zones by rules of our own: the time-zone data of the machine would make two machines disagree about the same seed, and asking
 * `Intl` costs more than everything else about a touchpoint. Iran has had no summer time since September 2022.
 */
export type Zone = 'tehran' | 'dubai' | 'istanbul' | 'london' | 'berlin' | 'new_york' | 'los_angeles';

interface ZoneRule {
  readonly standardMinutes: number;
  readonly summer: 'none' | 'europe' | 'america';
}

const zones: Readonly<Record<Zone, ZoneRule>> = {
  tehran: { standardMinutes: 210, summer: 'none' },
  dubai: { standardMinutes: 240, summer: 'none' },
  istanbul: { standardMinutes: 180, summer: 'none' },
  london: { standardMinutes: 0, summer: 'europe' },
  berlin: { standardMinutes: 60, summer: 'europe' },
  new_york: { standardMinutes: -300, summer: 'america' },
  los_angeles: { standardMinutes: -480, summer: 'america' },
};

/** 0 is Sunday, as in `Date`. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export const FRIDAY: Weekday = 5;

const weekdays = [0, 1, 2, 3, 4, 5, 6] as const;

/** 1 January 1970 was a Thursday. */
const weekdayOfDay = (day: number): Weekday => weekdays[(((day + 4) % 7) + 7) % 7] ?? 0;

/** The n-th Sunday of a month, or the last one of it with n = -1, as a day since 1970. */
function sundayOf(year: number, month: number, n: number): number {
  const first = Date.UTC(year, month, 1) / DAY;
  if (n > 0) return first + ((7 - weekdayOfDay(first)) % 7) + 7 * (n - 1);
  const last = Date.UTC(year, month + 1, 1) / DAY - 1;
  return last - weekdayOfDay(last);
}

const summers = new Map<string, readonly [EpochMs, EpochMs]>();

function summerOf(year: number, { summer, standardMinutes }: ZoneRule): readonly [EpochMs, EpochMs] {
  const name = `${String(year)} ${summer} ${String(standardMinutes)}`;
  const known = summers.get(name);
  if (known !== undefined) return known;
  // Europe changes everywhere at 01:00 UTC, America everywhere at two o'clock in the morning.
  const found: readonly [EpochMs, EpochMs] =
    summer === 'europe'
      ? [sundayOf(year, 2, -1) * DAY + HOUR, sundayOf(year, 9, -1) * DAY + HOUR]
      : [
          sundayOf(year, 2, 2) * DAY + 2 * HOUR - standardMinutes * MINUTE,
          sundayOf(year, 10, 1) * DAY + HOUR - standardMinutes * MINUTE,
        ];
  summers.set(name, found);
  return found;
}

/** Milliseconds that the clocks of a zone are ahead of UTC. */
export function offsetOf(zone: Zone, at: EpochMs): number {
  const rule = zones[zone];
  const standard = rule.standardMinutes * MINUTE;
  if (rule.summer === 'none') return standard;
  const [begins, ends] = summerOf(new Date(at).getUTCFullYear(), rule);
  return at >= begins && at < ends ? standard + HOUR : standard;
}

export const localDay = (zone: Zone, at: EpochMs): number => Math.floor((at + offsetOf(zone, at)) / DAY);
export const weekday = (zone: Zone, at: EpochMs): Weekday => weekdayOfDay(localDay(zone, at));
/** Hours since local midnight, with fractions. */
export const localHour = (zone: Zone, at: EpochMs): number =>
  (at + offsetOf(zone, at)) / HOUR - localDay(zone, at) * 24;

/** The moment at which the clocks of a zone show an hour of a local day. */
export function atHour(zone: Zone, day: number, hour: number): EpochMs {
  const asIfUtc = day * DAY + Math.round(hour * 3600) * 1000;
  return asIfUtc - offsetOf(zone, asIfUtc - offsetOf(zone, asIfUtc));
}

/** Opening hours of a team or a branch: from and to, by weekday. */
export interface OpeningHours {
  readonly zone: Zone;
  readonly hours: Readonly<Record<Weekday, readonly [from: number, to: number] | undefined>>;
}

/** Saturday to Wednesday 8–20, Thursday 8–14, Friday closed. */
export const iranianTeam: OpeningHours = {
  zone: 'tehran',
  hours: { 6: [8, 20], 0: [8, 20], 1: [8, 20], 2: [8, 20], 3: [8, 20], 4: [8, 14], 5: undefined },
};
/** Monday to Friday 8–18. */
export const internationalTeam: OpeningHours = {
  zone: 'berlin',
  hours: { 1: [8, 18], 2: [8, 18], 3: [8, 18], 4: [8, 18], 5: [8, 18], 6: undefined, 0: undefined },
};

export function isOpen({ zone, hours }: OpeningHours, at: EpochMs): boolean {
  const open = hours[weekday(zone, at)];
  const hour = localHour(zone, at);
  return open !== undefined && hour >= open[0] && hour < open[1];
}

/** The moment itself when somebody is there, otherwise within the first hours of the next time that they are. */
export function whenOpen(opening: OpeningHours, at: EpochMs, chance: Chance): EpochMs {
  if (isOpen(opening, at)) return at;
  const { zone, hours } = opening;
  for (let day = localDay(zone, at), tries = 0; tries < 8; day++, tries++) {
    const open = hours[weekdayOfDay(day)];
    if (open === undefined) continue;
    const begins = atHour(zone, day, open[0]);
    if (begins >= at) return begins + chance.between(1, 150) * MINUTE;
  }
  return at;
}

/** When people of a zone are awake and at it: little in the morning, most in the evening. */
const activeHours = [
  ...[0.5, 0.2, 0.1, 0.05, 0.05, 0.1, 0.3, 0.8, 1.6, 2.4, 3, 3.2],
  ...[3, 2.6, 2.4, 2.6, 3, 3.4, 3.8, 4.4, 5, 5.2, 4, 2],
];
const activeTotal = activeHours.reduce((sum, weight) => sum + weight, 0);

/** A moment of the same local day at which a person does something of their own accord. */
export function activeMoment(zone: Zone, at: EpochMs, chance: Chance): EpochMs {
  let left = chance.unit() * activeTotal;
  let hour = 0;
  for (; hour < 23; hour++) {
    left -= activeHours[hour] ?? 0;
    if (left < 0) break;
  }
  return atHour(zone, localDay(zone, at), hour + chance.unit());
}

/** Day of the year as month × 100 + day. */
const monthDay = (day: number): number => {
  const date = new Date(day * DAY);
  return (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
};

/** The Friday after the fourth Thursday of November. */
export function blackFriday(year: number): number {
  const first = Date.UTC(year, 10, 1) / DAY;
  return first + ((4 - weekdayOfDay(first) + 7) % 7) + 21 + 1;
}

/** No season and no weekday is busier than this many ordinary days. */
export const BUSIEST = 4;

/** How many ordinary days of shopping a local day is worth. */
export function demandOn(zone: Zone, at: EpochMs): number {
  const day = localDay(zone, at);
  const date = monthDay(day);
  const fromBlackFriday = day - blackFriday(new Date(day * DAY).getUTCFullYear());
  const week = weekdayOfDay(day);
  if (zone === 'tehran') return iranianSeason(date, fromBlackFriday) * (week === FRIDAY ? 0.75 : week === 4 ? 1.2 : 1);
  return internationalSeason(date, fromBlackFriday) * (week === 6 ? 1.25 : week === 0 ? 1.15 : 0.95);
}

/** Homes are furnished before Nowruz (20 March), and nobody shops while it lasts; Yalda is the longest night, 20 December. */
function iranianSeason(date: number, fromBlackFriday: number): number {
  if (date >= 215 && date <= 317) return 2.2;
  if (date >= 318 && date <= 402) return 0.35;
  if (date >= 1213 && date <= 1220) return 2;
  return fromBlackFriday >= -3 && fromBlackFriday <= 1 ? 1.5 : 0.9;
}

function internationalSeason(date: number, fromBlackFriday: number): number {
  if (fromBlackFriday >= -1 && fromBlackFriday <= 3) return 3.2;
  if (date >= 1205 && date <= 1220) return 1.8;
  return date >= 1224 || date <= 102 ? 0.5 : 0.95;
}
