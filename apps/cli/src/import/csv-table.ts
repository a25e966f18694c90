import { type Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import { ImportProblem } from './import-problem.js';
import { type InputSettings } from './profile.js';
import { type Refusal, type Row, type Table } from './row.js';

/** 1 MB for one row: beyond any real one, and small enough to hold. A quote that is never closed runs into it. */
const MAXIMUM_ROW_LENGTH = 1_048_576;

/** A record that csv-parse could not read, and how many records it had read before it. */
interface Skipped {
  readonly afterRecords: number;
  readonly line: number;
  readonly raw: string;
}

/** Rows of a CSV (RFC 4180) with a header, streamed. A broken row is a row with a problem, not the end. */
export async function csvTable(bytes: Readable, settings: InputSettings): Promise<Table> {
  const skipped: Skipped[] = [];
  const parser = parse({
    bom: true,
    delimiter: settings.delimiter,
    encoding: settings.encoding,
    relax_column_count: true,
    skip_records_with_error: true,
    max_record_size: MAXIMUM_ROW_LENGTH,
    on_skip: (error, raw) => {
      skipped.push(skippedFrom(error, raw));
      return undefined;
    },
  });
  bytes.on('error', (error) => parser.destroy(error));
  parser.once('close', () => bytes.destroy());
  const records = bytes.pipe(parser)[Symbol.asyncIterator]();
  const first: IteratorResult<readonly string[], unknown> = await records.next();
  const header = first.done === true ? [] : first.value.map((name) => name.trim());
  checkHeader(header);
  return { header, rows: rowsOf({ [Symbol.asyncIterator]: () => records }, header, skipped) };
}

function skippedFrom(error: CsvError | undefined, raw: string | undefined): Skipped {
  const { records, lines } = { records: 0, lines: 0, ...numbersOf(error) };
  return { afterRecords: records, line: lines, raw: (raw ?? '').slice(0, 10_000) };
}

const numbersOf = (error: CsvError | undefined): { records?: number; lines?: number } => {
  const records = error?.['records'];
  const lines = error?.['lines'];
  return { ...(typeof records === 'number' ? { records } : {}), ...(typeof lines === 'number' ? { lines } : {}) };
};

function checkHeader(header: readonly string[]): void {
  if (header.length === 0)
    throw new ImportProblem('The input is empty: a CSV begins with a line of column names.', 'Check the file.');
  const repeated = header.find((name, index) => name !== '' && header.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new ImportProblem(
      `The input has two columns named ${JSON.stringify(repeated)}.`,
      'Rename one of them; a profile finds columns by name.',
    );
}

async function* rowsOf(
  records: AsyncIterable<readonly string[]>,
  header: readonly string[],
  skipped: Skipped[],
): AsyncGenerator<Row> {
  let number = 0;
  let recordsRead = 1;
  let line = 2;
  const unreadable = (): Row[] =>
    skipped.splice(0).map((skip) => {
      line = skip.line + 1;
      number += 1;
      return {
        number,
        line: skip.line,
        cells: [skip.raw],
        problem: { reason: 'unreadable', detail: 'quotes or size: not a row of CSV' },
      };
    });
  for await (const cells of records) {
    while (skipped[0] !== undefined && skipped[0].afterRecords <= recordsRead) yield* unreadable();
    recordsRead += 1;
    const begins = line;
    line += 1 + cells.reduce((sum, cell) => sum + lineBreaksIn(cell), 0);
    // An empty line is not a row.
    if (cells.length === 1 && cells[0] === '') continue;
    number += 1;
    const problem = problemOf(cells, header);
    yield problem === undefined ? { number, line: begins, cells } : { number, line: begins, cells, problem };
  }
  yield* unreadable();
}

function problemOf(cells: readonly string[], header: readonly string[]): Refusal | undefined {
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

function lineBreaksIn(cell: string): number {
  let count = 0;
  for (let index = cell.indexOf('\n'); index >= 0; index = cell.indexOf('\n', index + 1)) count += 1;
  return count;
}
