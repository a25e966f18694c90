import { type Result, succeed } from '#kernel';
import { faulty, type IcsFault } from './ics-fault.js';

/** One line of a calendar file, unfolded: `NAME;PARAMETER=value:value` (RFC 5545 §3.1). */
export interface ContentLine {
  /** Where it begins in the file, 1 and up. */
  readonly line: number;
  /** In capitals, as those of the parameters. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

const [LINE_FEED, CARRIAGE_RETURN, SPACE, TAB] = [10, 13, 32, 9];
const NAME = /^[A-Za-z0-9-]+/;
/** Each part ends where the next begins: a long line takes no longer than its length. */
const PARAMETER = /^;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)/;

/** A file as its content lines. Folding cuts bytes, and may do so within a character: they are joined before they are read. */
export function contentLines(file: Uint8Array): Result<readonly ContentLine[], IcsFault> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const lines: ContentLine[] = [];
  for (const { line, parts } of unfolded(file)) {
    let text: string;
    try {
      text = decoder.decode(joined(parts));
    } catch {
      return faulty('not-utf-8', line);
    }
    if (text.trim() === '') continue;
    const read = parsed(text, line);
    if (read === undefined) return faulty('not-a-content-line', line);
    lines.push(read);
  }
  return succeed(lines);
}

interface Unfolded {
  readonly line: number;
  readonly parts: Uint8Array[];
}

function unfolded(file: Uint8Array): readonly Unfolded[] {
  const all: Unfolded[] = [];
  let line = 0;
  for (let from = 0; from < file.length;) {
    const found = file.indexOf(LINE_FEED, from);
    const end = found < 0 ? file.length : found;
    const part = file.subarray(from, end > from && file[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
    line += 1;
    const before = all.at(-1);
    if (before && (part[0] === SPACE || part[0] === TAB)) before.parts.push(part.subarray(1));
    else all.push({ line, parts: [part] });
    from = end + 1;
  }
  return all;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function parsed(text: string, line: number): ContentLine | undefined {
  const name = NAME.exec(text)?.[0];
  if (name === undefined) return undefined;
  const parameters = new Map<string, string>();
  let rest = text.slice(name.length);
  for (let found = PARAMETER.exec(rest); found; found = PARAMETER.exec(rest)) {
    const [whole, key = '', value = ''] = found;
    parameters.set(key.toUpperCase(), value.replaceAll('"', ''));
    rest = rest.slice(whole.length);
  }
  return rest.startsWith(':') ? { line, name: name.toUpperCase(), parameters, value: rest.slice(1) } : undefined;
}
