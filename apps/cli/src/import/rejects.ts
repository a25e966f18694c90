import { constants } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import { isDecimal } from './decimal.js';
import { ImportProblem } from './import-problem.js';
import { type InputSettings } from './profile.js';
import { type RefusedRow } from './row.js';

export interface RejectsFile {
  /** Where it is, or would be if there were any. */
  readonly path: string;
  /** How long it is: written out, so that a killed import is continued at the right place. */
  readonly bytes: number;
  write(rows: readonly RefusedRow[]): Promise<void>;
  close(): Promise<void>;
}

export interface RejectsOptions {
  readonly path: string;
  readonly settings: InputSettings;
  readonly header: readonly string[];
  /** Keep that much of the file, which an earlier run has written; 0 begins a new one with the first refused row. */
  readonly keepBytes: number;
}

/** The earlier run's file is as long as that run said, or longer: what it wrote after its last note is cut off. */
export const canContinue = async (path: string, keepBytes: number): Promise<boolean> => {
  if (keepBytes === 0) return true;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isFile() && found.size >= keepBytes;
};

/** What is told of a refused row of a CSV, before its cells. */
const ADDED = ['safar_line', 'safar_reason', 'safar_detail'] as const;

/** Whether an input is such a file, on its way back. */
export const isRejectsHeader = (header: readonly string[]): boolean =>
  ADDED.every((name, index) => header[index] === name);

const BEGINNINGS = [ADDED.join(','), ADDED.join(';'), ADDED.join('\t'), ADDED.join('|'), '{"line":'];

/**
 * A new file of refused rows replaces an older one, and nothing else that happens to have its name.
 * @throws ImportProblem
 */
export async function assertReplaceable(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    const beginning = buffer.toString('latin1', 0, bytesRead);
    if (bytesRead === 0 || BEGINNINGS.some((known) => beginning.startsWith(known))) return;
  } finally {
    await handle.close();
  }
  throw new ImportProblem(
    `${path} is there already, and it is not a file of refused rows: it is left as it is.`,
    'Move it away, or name another file with --rejects.',
  );
}

/**
 * Refused rows as they stood in the input, with line, reason and detail, in the input's own format: the corrected file can be
 * imported with the same profile. Made with the first row; only its owner can read it, for it holds personal data.
 */
export function openRejects({ path, settings, header, keepBytes }: RejectsOptions): RejectsFile {
  let bytes = keepBytes;
  let handle: FileHandle | undefined;
  const csvLine = (cells: readonly string[]): Buffer =>
    Buffer.from(lineOf(cells, settings.delimiter), settings.encoding);
  // Rows that were corrected and refused again lose what was told of them before.
  const told = isRejectsHeader(header) ? ADDED.length : 0;
  const bytesOf = ({ row, reason, detail }: RefusedRow): Buffer => {
    if (settings.format === 'jsonl') return Buffer.from(jsonLine({ row, reason, detail }), settings.encoding);
    if (row.undecoded === undefined)
      return csvLine([String(row.line), reason, detail, ...row.cells.slice(told).map(asPlainText)]);
    // Byte by byte, as the cells stood: a spreadsheet or `iconv` may know what they say.
    const cells = row.undecoded.slice(told).map((cell) => asPlainText(cell.toString('latin1')));
    const delimiter = Buffer.from(settings.delimiter, settings.encoding).toString('latin1');
    return Buffer.from(lineOf([String(row.line), reason, detail, ...cells], delimiter), 'latin1');
  };
  const append = async (file: FileHandle, encoded: Buffer): Promise<void> => {
    await file.appendFile(encoded);
    bytes += encoded.length;
  };
  const opened = async (): Promise<FileHandle> => {
    const file = await openAt(path, keepBytes);
    if (bytes === 0 && settings.format === 'csv') await append(file, csvLine([...ADDED, ...header.slice(told)]));
    return file;
  };
  return {
    path,
    get bytes() {
      return bytes;
    },
    async write(rows) {
      if (rows.length === 0) return;
      handle ??= await opened();
      await append(handle, Buffer.concat(rows.map(bytesOf)));
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

async function openAt(path: string, keepBytes: number): Promise<FileHandle> {
  try {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
    const handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
    // A file that was there keeps the permissions that it had.
    await handle.chmod(0o600);
    await handle.truncate(keepBytes);
    return handle;
  } catch (error) {
    throw unwritable(path, error);
  }
}

const unwritable = (path: string, error: unknown): ImportProblem =>
  new ImportProblem(
    `Refused rows cannot be written to ${path}: ${error instanceof Error ? error.message : String(error)}.`,
    'Name another file with --rejects.',
  );

/**
 * People open this file in spreadsheets, which run a cell that begins like a formula. An apostrophe says that it is text; reading
 * the file back takes it off again.
 */
const asPlainText = (cell: string): string => (/^[=+\-@\t\r']/.test(cell) && !isDecimal(cell) ? `'${cell}` : cell);

export const withoutApostrophe = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell);

/**
 * The row stands in it as the JSON that it was, or as a text when it was none, or can be read in two ways. Bytes that are no text are in
 * Base64, with a line feed, so that one line after the other can be decoded; what is too long to be held stays where it is.
 */
function jsonLine({ row, reason, detail }: RefusedRow): string {
  const head = JSON.stringify({ line: row.line, reason, detail }).slice(0, -1);
  if (row.place !== undefined) return `${head},"row":null,"place":${JSON.stringify(row.place)}}\n`;
  if (row.undecoded !== undefined) {
    const bytes = Buffer.concat([...row.undecoded, Buffer.from('\n')]);
    return `${head},"row":null,"base64":${JSON.stringify(bytes.toString('base64'))}}\n`;
  }
  const raw = row.raw ?? '';
  return `${head},"row":${row.problem?.reason === 'inexact_number' || row.problem === undefined ? raw : JSON.stringify(raw)}}\n`;
}

function lineOf(cells: readonly string[], delimiter: string): string {
  const quoted = cells.map((cell) =>
    cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(delimiter)}\n`;
}
