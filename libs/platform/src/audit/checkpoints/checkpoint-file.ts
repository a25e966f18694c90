import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere, syncFolder } from '#platform/vault';
import { type Checkpoint } from './checkpoint.js';

/**
 * The checkpoints outside the database: whoever cuts the end off the chain and off the table of checkpoints does not reach them.
 * One JSON object a line, append-only, any number of processes.
 */
export interface CheckpointFile {
  /** Durable when it resolves. */
  append(checkpoints: readonly Checkpoint[]): Promise<void>;
  /** @throws Error when a line is none: who cannot read all of them cannot say that nothing is missing */
  read(): Promise<readonly Checkpoint[]>;
}

export function createCheckpointFile(file: string): CheckpointFile {
  return { append: (checkpoints) => append(file, checkpoints), read: () => read(file) };
}

async function append(file: string, checkpoints: readonly Checkpoint[]): Promise<void> {
  if (checkpoints.length === 0) return;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    // The line break before keeps these lines whole when the last writer died in the middle of one.
    await handle.appendFile(`\n${checkpoints.map(lineOf).join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(path.dirname(file));
}

const lineOf = ({ sequence, hash, signedAt, signature }: Checkpoint): string =>
  JSON.stringify({ sequence: sequence.toString(), hash, signedAt, signature });

async function read(file: string): Promise<readonly Checkpoint[]> {
  const text = (await readIfThere(file)) ?? '';
  return (
    text
      .split('\n')
      // A line without its end was being written when the power went.
      .filter((line) => line.endsWith('}'))
      .map((line) => parseLine(line, file))
  );
}

const shape =
  /^\{"sequence":"([1-9]\d{0,18})","hash":"([0-9a-f]{64})","signedAt":"([0-9TZ:.-]{24})","signature":"([A-Za-z0-9+/=]{88})"\}$/;

function parseLine(line: string, file: string): Checkpoint {
  const [, sequence, hash, signedAt, signature] = shape.exec(line) ?? [];
  if (sequence !== undefined && hash !== undefined && signedAt !== undefined && signature !== undefined)
    return { sequence: BigInt(sequence), hash, signedAt, signature };
  throw new Error(`The file of audit checkpoints ${file} holds a line that is none. Restore it from its copy.`);
}
