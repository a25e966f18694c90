import { foldDigits } from './fold-digits.js';

export type TimeProblem = 'not_a_time' | 'time_without_zone' | 'time_out_of_range';

const MINUTE_MS = 60_000;
const SHAPE = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))?$/;
/** Before it nobody had customers whose records are read by a machine; a year 0 or 1 is a default that leaked. */
const EARLIEST = Date.UTC(1900, 0, 1);
/** Promises and warranties reach into the future, but a year 9999 means "never". */
const LATEST = Date.UTC(2200, 0, 1);

type Parsed = { readonly epochMs: number } | { readonly problem: TimeProblem };

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const HYPHEN = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const T = 0x54;
const Z = 0x5a;

/** A number of ASCII digits; NaN, which no comparison accepts, where there are others. */
function digitsAt(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** The last one that was read: a touchpoint's time is checked, written in UTC and compared with now, one directly after the other. */
let last: { readonly text: string; readonly epochMs: number | undefined } = { text: '', epochMs: undefined };

/**
 * The moment of `2026-03-02T10:15:00Z` or `2026-03-02T10:15:00.000Z`, which is what nearly every machine sends: 0.1 µs where the
 * regular expression takes 1. `undefined` for every other form and for whatever may be wrong.
 */
function parseUsual(text: string): number | undefined {
  if (text.length !== 20 && text.length !== 24) return undefined;
  if (text !== last.text) last = { text, epochMs: readUsual(text) };
  return last.epochMs;
}

function readUsual(text: string): number | undefined {
  const withMs = text.length === 24;
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN || text.charCodeAt(10) !== T) return undefined;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return undefined;
  if (text.charCodeAt(text.length - 1) !== Z || (withMs && text.charCodeAt(19) !== POINT)) return undefined;
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 7);
  const day = digitsAt(text, 8, 10);
  const hour = digitsAt(text, 11, 13);
  const minute = digitsAt(text, 14, 16);
  const second = digitsAt(text, 17, 19);
  const ms = withMs ? digitsAt(text, 20, 23) : 0;
  if (!(year >= 1900 && year <= 2199 && month >= 1 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59))
    return undefined;
  // The 29th of February takes the long way.
  if (!(day >= 1 && day <= (DAYS[month - 1] ?? 0) && ms <= 999)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/**
 * Reads RFC 3339 with any offset, fraction digits beyond milliseconds cut off, digits also Persian or Arabic. A leap second
 * (23:59:60 in UTC) is the first moment of the next day, as in PostgreSQL.
 */
export function parseTime(text: string): Parsed {
  const usual = parseUsual(text);
  if (usual !== undefined) return { epochMs: usual };
  const match = SHAPE.exec(foldDigits(text));
  if (!match) return { problem: 'not_a_time' };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return { problem: 'not_a_time' };
  if (hour === undefined || minute === undefined || second === undefined) return { problem: 'not_a_time' };
  if (!match[8] && !match[9]) return { problem: 'time_without_zone' };
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return { problem: 'not_a_time' };
  const offset = Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0);
  if (hour > 23 || minute > 59 || second > 60 || Number(match[10] ?? 0) > 23 || Number(match[11] ?? 0) > 59)
    return { problem: 'not_a_time' };
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const localMs = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
  const epochMs = localMs - (match[9] === '-' ? -offset : offset) * MINUTE_MS + (second === 60 ? 0 : milliseconds);
  if (second === 60 && epochMs % (24 * 60 * MINUTE_MS) !== 0) return { problem: 'not_a_time' };
  return epochMs < EARLIEST || epochMs >= LATEST ? { problem: 'time_out_of_range' } : { epochMs };
}

/** Why a value is not a time, if it is not. */
export function timeProblem(value: unknown): TimeProblem | undefined {
  if (typeof value !== 'string') return 'not_a_time';
  const parsed = parseTime(value);
  return 'problem' in parsed ? parsed.problem : undefined;
}

/** The same moment in UTC with milliseconds; what is no time stays as it is. */
export function toUtc(text: string): string {
  const usual = parseUsual(text);
  if (usual !== undefined) {
    const utc = text.length === 24 ? text : `${text.slice(0, 19)}.000Z`;
    last = { text: utc, epochMs: usual };
    return utc;
  }
  const parsed = parseTime(text);
  return 'problem' in parsed ? text : new Date(parsed.epochMs).toISOString();
}
