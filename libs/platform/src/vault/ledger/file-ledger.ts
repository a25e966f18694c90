import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere, syncFolder } from '../durable-file.js';
import { VaultGuardError } from '../vault-errors.js';
import { type Erasure, type ErasureLedger } from './erasure-ledger.port.js';

/** One JSON object a line: `{"personaId":"…","incarnation":1,"at":"2026-11-22T05:00:00.000Z"}`. Append-only, any number of processes. */
export function createFileLedger(file: string): ErasureLedger {
  return { append: (erasures) => append(file, erasures), read: () => read(file) };
}

async function append(file: string, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    // The line break before keeps these lines whole when the last writer died in the middle of one.
    await handle.appendFile(`\n${erasures.map(lineOf).join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(path.dirname(file));
}

async function read(file: string): Promise<readonly Erasure[]> {
  const text = (await readIfThere(file)) ?? '';
  return (
    text
      .split('\n')
      // A line without its end was being written when the power went; no key had been destroyed yet.
      .filter((line) => line.endsWith('}'))
      .map((line) => parseLine(line, file))
  );
}

const lineOf = ({ personaId, incarnation, at }: Erasure): string =>
  JSON.stringify({ personaId, incarnation, at: new Date(at).toISOString() });

const shape = /^\{"personaId":"([0-9a-f-]{36})","incarnation":([1-9]\d{0,9}),"at":"([0-9TZ:.-]{24})"\}$/;

function parseLine(line: string, file: string): Erasure {
  const [, personaId, incarnation, at] = shape.exec(line) ?? [];
  const time = Date.parse(at ?? '');
  if (personaId !== undefined && !Number.isNaN(time)) return { personaId, incarnation: Number(incarnation), at: time };
  throw new VaultGuardError(
    `The erasure ledger ${file} holds a line that is none.`,
    'Restore the file from its copy: an erasure that is left out would come back with the next restored backup.',
  );
}
