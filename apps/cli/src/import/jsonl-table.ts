import { isUtf8 } from 'node:buffer';
import { type Readable } from 'node:stream';
import { MAX_TOUCHPOINT_DEPTH, parseText, structureOf, withoutDuplicates } from '#contracts';
import { isObject } from './profile-reader.js';
import { type Place, type Refusal, type Row, type Table } from './row.js';

/** 1 MB for one line: a touchpoint may have 32 KB. */
const MAXIMUM_LINE_BYTES = 1_048_576;

/** Rows of a JSON Lines input: the members that the profile names, as cells. A broken line is a row with a problem. */
export function jsonlTable(bytes: Readable, header: readonly string[], encoding: 'utf8' | 'latin1'): Table {
  return { header, rows: rowsOf(bytes, header, encoding) };
}

async function* rowsOf(bytes: Readable, header: readonly string[], encoding: 'utf8' | 'latin1'): AsyncGenerator<Row> {
  let number = 0;
  let line = 0;
  for await (const read of linesOf(bytes)) {
    line += 1;
    if (Buffer.isBuffer(read) && read.every((byte) => byte <= 0x20)) continue;
    number += 1;
    yield { number, line, ...(Buffer.isBuffer(read) ? readLine(read, header, encoding) : tooLong(read)) };
  }
}

type Content = Omit<Row, 'number' | 'line'>;

const tooLong = (place: Place): Content => ({
  cells: [],
  place,
  problem: { reason: 'unreadable', detail: `the line is longer than ${String(MAXIMUM_LINE_BYTES)} bytes` },
});

function readLine(buffer: Buffer, header: readonly string[], encoding: 'utf8' | 'latin1'): Content {
  if (encoding === 'utf8' && !isUtf8(buffer))
    return { cells: [], undecoded: [buffer], problem: { reason: 'broken_text', detail: 'not UTF-8' } };
  const raw = buffer
    .toString(encoding)
    .replace(/^\ufeff/, '')
    .trim();
  const refused = (reason: string, detail: string): Content => ({ cells: [], raw, problem: { reason, detail } });
  const { depth, members } = structureOf(buffer);
  // Before anything recursive meets it.
  if (depth > MAX_TOUCHPOINT_DEPTH)
    return refused('too_deep', `more than ${String(MAX_TOUCHPOINT_DEPTH)} objects and lists within each other`);
  const parsed = parseText(raw);
  if (parsed === undefined) return refused('unreadable', 'not a JSON document');
  const single = withoutDuplicates(parsed.value, members);
  if (!single.ok) return refused('duplicate_member', 'an object has two members with one name');
  const document = single.value;
  if (!isObject(document)) return refused('unreadable', 'not a JSON object');
  const cells = header.map((name) => cellFrom(document[name]));
  const inexact = header.find((name) => isInexact(document[name]));
  return inexact === undefined ? { cells, raw } : { cells, raw, problem: inexactNumber(inexact) };
}

const inexactNumber = (member: string): Refusal => ({
  reason: 'inexact_number',
  detail: `${member} has more digits than a JSON number keeps; write it as a text`,
});

/** JSON.parse has already rounded such a number: as an identifier it would be another customer's. */
const isInexact = (value: unknown): boolean =>
  typeof value === 'number' && (!Number.isFinite(value) || String(value).replace(/[-.]/g, '').length > 15);

function cellFrom(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}

/** Splits at line feeds without ever holding more than a line's limit: of one that is longer, its place. */
async function* linesOf(bytes: Readable): AsyncGenerator<Buffer | Place> {
  let pieces: Buffer[] = [];
  let length = 0;
  let offset = 0;
  const take = (): Buffer | Place => {
    const line = length > MAXIMUM_LINE_BYTES ? { offset, length } : Buffer.concat(pieces);
    pieces = [];
    offset += length + 1;
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk);
    let from = 0;
    for (let end = buffer.indexOf(0x0a); end >= 0; end = buffer.indexOf(0x0a, from)) {
      length += end - from;
      pieces.push(buffer.subarray(from, end));
      yield take();
      from = end + 1;
    }
    length += buffer.length - from;
    // Beyond the limit only the length is of interest.
    if (length > MAXIMUM_LINE_BYTES) pieces = [];
    else pieces.push(buffer.subarray(from));
  }
  if (length > 0) yield take();
}
