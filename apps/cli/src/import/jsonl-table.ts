import { isUtf8 } from 'node:buffer';
import { type Readable } from 'node:stream';
import { isObject } from './profile-reader.js';
import { type Refusal, type Row, type Table } from './row.js';

/** 1 MB for one line: a touchpoint may have 32 KB. */
const MAXIMUM_LINE_BYTES = 1_048_576;

/** Rows of a JSON Lines input: the members that the profile names, as cells. A broken line is a row with a problem. */
export function jsonlTable(bytes: Readable, header: readonly string[], encoding: 'utf8' | 'latin1'): Table {
  return { header, rows: rowsOf(bytes, header, encoding) };
}

async function* rowsOf(bytes: Readable, header: readonly string[], encoding: 'utf8' | 'latin1'): AsyncGenerator<Row> {
  let number = 0;
  let line = 0;
  for await (const buffer of linesOf(bytes)) {
    line += 1;
    if (buffer !== 'too long' && buffer.every((byte) => byte <= 0x20)) continue;
    number += 1;
    yield buffer === 'too long'
      ? {
          number,
          line,
          cells: [],
          raw: '',
          problem: { reason: 'unreadable', detail: `the line is longer than ${String(MAXIMUM_LINE_BYTES)} bytes` },
        }
      : { number, line, ...readLine(buffer, header, encoding) };
  }
}

type Content = Pick<Row, 'cells' | 'raw' | 'problem'>;

function readLine(buffer: Buffer, header: readonly string[], encoding: 'utf8' | 'latin1'): Content {
  const raw = buffer
    .toString(encoding)
    .replace(/^\ufeff/, '')
    .trim();
  if (encoding === 'utf8' && !isUtf8(buffer))
    return { cells: [], raw, problem: { reason: 'broken_text', detail: 'not UTF-8' } };
  let document: unknown;
  try {
    document = JSON.parse(raw);
  } catch {
    return { cells: [], raw, problem: { reason: 'unreadable', detail: 'not a JSON document' } };
  }
  if (!isObject(document)) return { cells: [], raw, problem: { reason: 'unreadable', detail: 'not a JSON object' } };
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

/** Splits at line feeds without ever holding more than a line's limit. */
async function* linesOf(bytes: Readable): AsyncGenerator<Buffer | 'too long'> {
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (): Buffer | 'too long' => {
    const line = length > MAXIMUM_LINE_BYTES ? 'too long' : Buffer.concat(pieces);
    pieces = [];
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
