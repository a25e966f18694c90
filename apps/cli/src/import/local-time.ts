import { type EpochMs } from '#kernel';
import { foldDigits } from './decimal.js';

/** Reads a text as a time; `undefined` when it is none. */
export type ReadTime = (text: string) => EpochMs | undefined;

interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const tokens: Readonly<Record<string, { pattern: string; field: keyof Fields }>> = {
  yyyy: { pattern: '(\\d{4})', field: 'year' },
  yy: { pattern: '(\\d{2})', field: 'year' },
  MM: { pattern: '(\\d{2})', field: 'month' },
  M: { pattern: '(\\d{1,2})', field: 'month' },
  dd: { pattern: '(\\d{2})', field: 'day' },
  d: { pattern: '(\\d{1,2})', field: 'day' },
  HH: { pattern: '(\\d{2})', field: 'hour' },
  H: { pattern: '(\\d{1,2})', field: 'hour' },
  mm: { pattern: '(\\d{2})', field: 'minute' },
  ss: { pattern: '(\\d{2})', field: 'second' },
  SSS: { pattern: '(\\d{3})', field: 'millisecond' },
};
const tokenPattern = /yyyy|yy|MM|M|dd|d|HH|H|mm|ss|SSS/g;
const isoWithOffset = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

export interface DateSettings {
  /** Tried in this order: patterns of yyyy yy MM M dd d HH H mm ss SSS, or `iso` for RFC 3339 with an offset. */
  readonly formats: readonly string[];
  /** IANA zone in which the text tells the time, for example `Europe/London`. */
  readonly zone: string;
  /** `HH:mm` for formats without a time. */
  readonly timeOfDay?: string;
}

/**
 * A reader for dates without a zone. A time that the clocks showed twice is the earlier of the two; one that they skipped is
 * moved on by what they skipped (as java.time does).
 */
export function timeReader(settings: DateSettings): ReadTime {
  const zone = offsetsOf(settings.zone);
  const [hour = 0, minute = 0] = (settings.timeOfDay ?? '00:00').split(':').map(Number);
  const readers = settings.formats.map((format) =>
    format === 'iso' ? readIso : formatReader(format, { hour, minute }),
  );
  const read = (text: string): EpochMs | undefined => {
    for (const reader of readers) {
      const found = reader(text, zone);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return remembering(read);
}

/** What is wrong with a format, or nothing. */
export function formatProblem(format: string): string | undefined {
  if (format === 'iso') return undefined;
  const fields = (format.match(tokenPattern) ?? []).map((token) => tokens[token]?.field);
  if (/[A-Za-z]/.test(format.replace(tokenPattern, '').replace(/T/g, ''))) return 'holds letters that are no date part';
  if (new Set(fields).size !== fields.length) return 'names a part twice';
  if (!(['year', 'month', 'day'] as const).every((field) => fields.includes(field)))
    return 'needs a year, a month and a day';
  return undefined;
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

type Offsets = (at: EpochMs) => number;

function readIso(text: string): EpochMs | undefined {
  const folded = foldDigits(text);
  if (!isoWithOffset.test(folded)) return undefined;
  const at = Date.parse(folded);
  return Number.isNaN(at) ? undefined : at;
}

function formatReader(
  format: string,
  otherwise: { hour: number; minute: number },
): (text: string, zone: Offsets) => EpochMs | undefined {
  const fields: (keyof Fields)[] = [];
  let pattern = '';
  let from = 0;
  for (const match of format.matchAll(tokenPattern)) {
    const token = tokens[match[0]];
    if (token === undefined) continue;
    pattern += escaped(format.slice(from, match.index)) + token.pattern;
    fields.push(token.field);
    from = match.index + match[0].length;
  }
  const whole = new RegExp(`^${pattern}${escaped(format.slice(from))}$`);
  return (text, zone) => {
    const match = whole.exec(foldDigits(text));
    if (match === null) return undefined;
    const read: Record<keyof Fields, number> = { year: 0, month: 0, day: 0, ...otherwise, second: 0, millisecond: 0 };
    fields.forEach((field, index) => (read[field] = Number(match[index + 1])));
    // Two digits as POSIX strptime reads them: 69–99 are the last century.
    if (read.year < 100) read.year += read.year < 69 ? 2000 : 1900;
    return toEpoch(read, zone);
  };
}

function toEpoch(fields: Fields, zone: Offsets): EpochMs | undefined {
  const { year, month, day, hour, minute, second, millisecond } = fields;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const check = new Date(local);
  // Date.UTC turns 31 February into 3 March; such a date is a mistake.
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const dayMs = 86_400_000;
  const before = zone(local - dayMs);
  if (zone(local - before) === before) return local - before;
  const after = zone(local + dayMs);
  return zone(local - after) === after ? local - after : local - before;
}

/** Milliseconds that a zone's clocks are ahead of UTC. Cached by quarter of an hour: offsets change on no finer grid, and Intl takes microseconds. */
function offsetsOf(zone: string): Offsets {
  const quarterMs = 900_000;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const offsetAt = (at: EpochMs): number => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - at;
  };
  const cached = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / quarterMs);
    const known = cached.get(quarter);
    if (known !== undefined) return known;
    if (cached.size >= 10_000) cached.clear();
    const offset = offsetAt(quarter * quarterMs);
    cached.set(quarter, offset);
    return offset;
  };
}

/** The lines of one order carry the same time: remembering the last text saves most of the parsing. */
function remembering(read: ReadTime): ReadTime {
  let lastText: string | undefined;
  let lastTime: EpochMs | undefined;
  return (text) => {
    if (text !== lastText) {
      lastTime = read(text);
      lastText = text;
    }
    return lastTime;
  };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
