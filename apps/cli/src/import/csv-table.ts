import { type Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { ImportProblem } from './import-problem.js';
import { type InputSettings } from './profile.js';
import { isRejectsHeader, withoutApostrophe } from './rejects.js';
import { type Refusal, type Row, type Table } from './row.js';

/** 1 MB for one row: beyond any real one, and small enough to hold. A quote that is never closed runs into it. */
const MAXIMUM_ROW_LENGTH = 1_048_576;
/** Beyond any real table. */
const MAXIMUM_COLUMNS = 2_000;

/**
 * Rows of a CSV (RFC 4180) with a header, streamed. A quote in the middle of a cell is taken as it stands; a row with more or
 * fewer cells than the header is a row with a problem, not the end.
 * @throws ImportProblem, also while the rows are read, when it cannot be told where rows end
 */
export async function csvTable(bytes: Readable, settings: InputSettings): Promise<Table> {
  const parser = parse({
    bom: true,
    delimiter: settings.delimiter,
    encoding: settings.encoding,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAXIMUM_ROW_LENGTH,
  });
  bytes.on('error', (error) => parser.destroy(error));
  parser.once('close', () => bytes.destroy());
  const records = readable(bytes.pipe(parser));
  const first = await records.next();
  const header = first.done === true ? [] : first.value.map((name) => name.trim());
  checkHeader(header);
  return { header, rows: rowsOf(records, header) };
}

async function* readable(records: AsyncIterable<readonly string[]>): AsyncGenerator<readonly string[], undefined> {
  try {
    for await (const record of records) yield record;
  } catch (error) {
    throw error instanceof CsvError ? problemFrom(error) : error;
  }
  return undefined;
}

function problemFrom(error: CsvError): ImportProblem {
  const remedy = 'Close it, or write a quote inside of a quoted cell twice..';
  return new ImportProblem(
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? `A quote is never closed: ${error.message}.`
      : `A row is longer than ${String(MAXIMUM_ROW_LENGTH)} characters, probably because a quote is never closed: ${error.message}.`,
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

async function* rowsOf(records: AsyncIterable<readonly string[]>, header: readonly string[]): AsyncGenerator<Row> {
  const corrected = isRejectsHeader(header);
  let number = 0;
  let line = 2;
  for await (const record of records) {
    const cells = corrected ? record.map(withoutApostrophe) : record;
    const begins = line;
    line += 1 + cells.reduce((sum, cell) => sum + lineBreaksIn(cell), 0);
    // An empty line is not a row.
    if (cells.length === 1 && cells[0] === '') continue;
    number += 1;
    const problem = problemOf(cells, header);
    yield problem === undefined ? { number, line: begins, cells } : { number, line: begins, cells, problem };
  }
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
