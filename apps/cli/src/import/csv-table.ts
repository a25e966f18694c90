import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { ImportProblem } from './import-problem.js';
import { type InputSettings } from './profile.js';
import { isRejectsHeader, withoutApostrophe } from './rejects.js';
import { type Refusal, type Row, type Table } from './row.js';

/** 1 MB for one row: beyond any real one, and small enough to hold. A quote that is never closed runs into it. */
const MAXIMUM_ROW_BYTES = 1_048_576;
/** Beyond any real table. */
const MAXIMUM_COLUMNS = 2_000;

/** In one file, too: exports are put together, and a header is written by hand. The longest one first. */
const LINE_ENDS = ['\r\n', '\n', '\r'];

/** A record as the parser tells it, each character a byte of the input. */
interface ParsedRecord {
  readonly record: readonly string[];
  /** With its quotes. */
  readonly raw: string;
}

/**
 * Rows of a CSV (RFC 4180) with a header, streamed. A quote in the middle of a cell is taken as it stands; a row with more or
 * fewer cells than the header is a row with a problem, not the end.
 * @throws ImportProblem, also while the rows are read, when it cannot be told where rows end
 */
export async function csvTable(bytes: Readable, settings: InputSettings): Promise<Table> {
  const delimiter = Buffer.from(settings.delimiter, settings.encoding);
  const parser = parse({
    delimiter,
    // Byte by byte, so that what is no text in the encoding is kept as it stood.
    encoding: 'latin1',
    raw: true,
    record_delimiter: LINE_ENDS,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAXIMUM_ROW_BYTES,
  });
  const unmarked = Readable.from(withoutMark(bytes), { objectMode: false });
  unmarked.on('error', (error) => parser.destroy(error));
  parser.once('close', () => bytes.destroy());
  const records = readable(unmarked.pipe(parser));
  const first = await records.next();
  const decode = decoderOf(settings.encoding);
  const header = first.done === true ? [] : first.value.record.map((name) => decode(name).trim());
  checkHeader(header);
  return { header, rows: rowsOf(records, { header, decode, delimiter: delimiter.toString('latin1', 0, 1) }) };
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

async function* withoutMark(bytes: Readable): AsyncGenerator<Buffer> {
  let beginning: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk);
    if (beginning === undefined) {
      yield buffer;
      continue;
    }
    beginning = Buffer.concat([beginning, buffer]);
    if (beginning.length < BYTE_ORDER_MARK.length) continue;
    yield beginning.subarray(isMarked(beginning) ? BYTE_ORDER_MARK.length : 0);
    beginning = undefined;
  }
  if (beginning !== undefined && beginning.length > 0) yield beginning;
}

const isMarked = (bytes: Buffer): boolean => bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);

/** Text of what the parser tells byte by byte. Most cells are ASCII, which is the same either way. */
const decoderOf =
  (encoding: InputSettings['encoding']) =>
  (cell: string): string =>
    encoding === 'latin1' || isAscii(cell) ? cell : Buffer.from(cell, 'latin1').toString('utf8');

const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

async function* readable(records: AsyncIterable<ParsedRecord>): AsyncGenerator<ParsedRecord, undefined> {
  try {
    for await (const record of records) yield record;
  } catch (error) {
    throw error instanceof CsvError ? problemFrom(error) : error;
  }
  return undefined;
}

function problemFrom(error: CsvError): ImportProblem {
  const remedy = 'Close it, or write a quote inside of a quoted cell twice.';
  return new ImportProblem(
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? `A quote is never closed: ${error.message}.`
      : `A row is longer than ${String(MAXIMUM_ROW_BYTES)} bytes, probably because a quote is never closed: ${error.message}.`,
    remedy,
  );
}

function checkHeader(header: readonly string[]): void {
  if (header.length === 0)
    throw new ImportProblem('The input is empty: a CSV begins with a line of column names.', 'Check the file.');
  if (header.length > MAXIMUM_COLUMNS)
    throw new ImportProblem(
      `The first line has ${String(header.length)} column names; ${String(MAXIMUM_COLUMNS)} are read at most.`,
      'Check the delimiter, and that the first line names the columns.',
    );
  const seen = new Set<string>();
  const repeated = header.find((name) => {
    const isRepeated = name !== '' && seen.has(name);
    seen.add(name);
    return isRepeated;
  });
  if (repeated !== undefined)
    throw new ImportProblem(
      `The input has two columns named ${JSON.stringify(repeated)}.`,
      'Rename one of them; a profile finds columns by name.',
    );
}

interface Reading {
  readonly header: readonly string[];
  readonly decode: (cell: string) => string;
  /** Its first byte, which is what the parser keeps of it in `raw`. */
  readonly delimiter: string;
}

async function* rowsOf(records: AsyncIterable<ParsedRecord>, reading: Reading): AsyncGenerator<Row> {
  const { header, decode } = reading;
  const corrected = isRejectsHeader(header);
  let number = 0;
  let line = 2;
  for await (const read of records) {
    const bytes = corrected ? read.record.map(withoutApostrophe) : read.record;
    const begins = line;
    line += 1 + bytes.reduce((sum, cell) => sum + lineBreaksIn(cell), 0);
    // An empty line is not a row.
    if (bytes.length === 1 && bytes[0] === '') continue;
    number += 1;
    const row = { number, line: begins, cells: bytes.map(decode) };
    const problem = problemOf(row.cells, read, reading);
    if (problem === undefined) yield row;
    else if (problem.reason === 'broken_text')
      yield { ...row, problem, undecoded: bytes.map((cell) => Buffer.from(cell, 'latin1')) };
    else yield { ...row, problem };
  }
}

function problemOf(cells: readonly string[], { record, raw }: ParsedRecord, reading: Reading): Refusal | undefined {
  const { header, delimiter } = reading;
  // Only such a row has a cell that begins with a quote, and one that really does.
  if (record.some((cell) => cell.startsWith('"')) && hasTextAfterQuote(raw, delimiter))
    return { reason: 'text_after_quote', detail: 'a cell goes on after its closing quote' };
  if (cells.length !== header.length)
    return {
      reason: 'wrong_cell_count',
      detail: `${String(cells.length)} cells under ${String(header.length)} column names`,
    };
  // U+FFFD is what a decoder leaves of bytes that are no text: storing it would store a changed text.
  if (cells.some((cell) => cell.includes('\ufffd')))
    return { reason: 'broken_text', detail: 'not UTF-8; older exports need "encoding": "latin1" in the profile' };
  return undefined;
}

/** Whether a quoted cell is followed by anything but the next cell. */
function hasTextAfterQuote(raw: string, delimiter: string): boolean {
  for (let at = 0; at < raw.length;) {
    if (raw[at] !== '"') {
      const next = raw.indexOf(delimiter, at);
      if (next < 0) return false;
      at = next + delimiter.length;
      continue;
    }
    const end = endOfQuoted(raw, at);
    if (end >= raw.length || raw[end] === '\r' || raw[end] === '\n') return false;
    if (!raw.startsWith(delimiter, end)) return true;
    at = end + delimiter.length;
  }
  return false;
}

/** Index behind the quote that closes the cell whose first one is at `from`; a quote that is written twice closes nothing. */
function endOfQuoted(raw: string, from: number): number {
  for (let quote = raw.indexOf('"', from + 1); quote >= 0; quote = raw.indexOf('"', quote + 2))
    if (raw[quote + 1] !== '"') return quote + 1;
  return raw.length;
}

const lineBreaksIn = (cell: string): number =>
  cell.includes('\n') || cell.includes('\r') ? (cell.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;
