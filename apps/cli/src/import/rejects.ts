import { open, stat, type FileHandle } from 'node:fs/promises';
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

/**
 * Refused rows as they stood in the input, with line, reason and detail, in the input's own format: the corrected file can be
 * imported with the same profile. Made with the first row; only its owner can read it, for it holds personal data.
 */
export function openRejects({ path, settings, header, keepBytes }: RejectsOptions): RejectsFile {
  let bytes = keepBytes;
  let handle: FileHandle | undefined;
  const csvLine = (cells: readonly string[]): string => lineOf(cells, settings.delimiter);
  const textOf = ({ row, reason, detail }: RefusedRow): string =>
    settings.format === 'csv'
      ? csvLine([String(row.line), reason, detail, ...row.cells])
      : jsonLine({ row, reason, detail });
  const append = async (file: FileHandle, text: string): Promise<void> => {
    const encoded = Buffer.from(text, settings.encoding);
    await file.appendFile(encoded);
    bytes += encoded.length;
  };
  const opened = async (): Promise<FileHandle> => {
    const file = await openAt(path, keepBytes);
    if (bytes === 0 && settings.format === 'csv')
      await append(file, csvLine(['safar_line', 'safar_reason', 'safar_detail', ...header]));
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
      await append(handle, rows.map(textOf).join(''));
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

async function openAt(path: string, keepBytes: number): Promise<FileHandle> {
  try {
    const handle = await open(path, 'a', 0o600);
    await handle.truncate(keepBytes);
    return handle;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImportProblem(
      `Refused rows cannot be written to ${path}: ${reason}.`,
      'Name another file with --rejects.',
    );
  }
}

/** The row stands in it as the JSON that it was, or as a text when it was none. */
function jsonLine({ row, reason, detail }: RefusedRow): string {
  const head = JSON.stringify({ line: row.line, reason, detail });
  const raw = row.raw ?? '';
  return `${head.slice(0, -1)},"row":${row.problem?.reason === 'inexact_number' || row.problem === undefined ? raw : JSON.stringify(raw)}}\n`;
}

function lineOf(cells: readonly string[], delimiter: string): string {
  const quoted = cells.map((cell) =>
    cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(delimiter)}\n`;
}
