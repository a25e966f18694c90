import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ImportProblem } from './import-problem.js';

/** A file, or what came through standard input, that can be read more than once. */
export interface Input {
  /** Name without folder; `stdin` for standard input. */
  readonly name: string;
  /** As it lies on the disk. */
  readonly sizeBytes: number;
  /** From the beginning, unpacked. `onBytes` is told about each piece as it lies on the disk. */
  read(onBytes?: (bytes: Buffer) => void): Readable;
  close(): Promise<void>;
}

const packed: readonly { name: string; magic: readonly number[]; command: string }[] = [
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], command: 'xz -dc' },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd -dc' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bzip2 -dc' },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip -p' },
];

/** With 64 KB, the default of streams, a pass over a large file takes a tenth longer. */
const READ_BYTES = 262_144;

/** @throws ImportProblem when the file cannot be read or is packed in a way that is not unpacked here */
export async function openInput(file: string, stdin: Readable, signal?: AbortSignal): Promise<Input> {
  if (file === '-') return openSpool(stdin, signal);
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new ImportProblem(
      `Cannot read ${file}: ${reasonOf(error)}.`,
      'Check the name and its permissions; - reads standard input.',
    );
  });
  const status = await handle.stat();
  if (status.isFile()) return inputOf(path.basename(file), handle, () => Promise.resolve());
  if (status.isDirectory()) {
    await handle.close();
    throw new ImportProblem(`${file} is a folder.`, 'Give one file; to import several, run the command for each.');
  }
  // A named pipe can be read once only, like standard input.
  return openSpool(handle.createReadStream(), signal);
}

/**
 * Standard input can be read once, and two passes are needed: it goes to a file first, which nobody else can read and which has
 * no name any more while it is used, so that not even a killed import leaves customers' data behind.
 */
async function openSpool(stdin: Readable, signal: AbortSignal | undefined): Promise<Input> {
  const folder = await mkdtemp(path.join(tmpdir(), 'safar-import-'));
  const file = path.join(folder, 'input');
  const handle = await open(file, 'wx+', 0o600);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  if (process.platform !== 'win32') await remove();
  try {
    await pipeline(
      stdin,
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          signal?.throwIfAborted();
          await handle.appendFile(chunk);
        }
      },
      { signal },
    );
  } catch (error) {
    await handle.close();
    await remove();
    if (signal?.aborted === true) throw error;
    throw new ImportProblem(
      `Standard input could not be kept: ${reasonOf(error)}.`,
      `It needs its size free in ${tmpdir()}; TMPDIR moves it.`,
    );
  }
  return inputOf('stdin', handle, remove);
}

async function inputOf(name: string, handle: FileHandle, remove: () => Promise<void>): Promise<Input> {
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
  const begins = (magic: readonly number[]): boolean =>
    bytesRead >= magic.length && magic.every((byte, index) => buffer[index] === byte);
  const unknown = packed.find(({ magic }) => begins(magic));
  if (unknown !== undefined) {
    await handle.close();
    throw new ImportProblem(
      `${name} is packed with ${unknown.name}.`,
      `Unpack it on the way: ${unknown.command} FILE | safar import … -`,
    );
  }
  // Excel saves "Unicode text" so. Read as UTF-8, every name of a column would be a strange one.
  if (begins([0xff, 0xfe]) || begins([0xfe, 0xff])) {
    await handle.close();
    throw new ImportProblem(
      `${name} is UTF-16, which is not read here.`,
      'Save it as "CSV UTF-8", or convert it on the way: iconv -f UTF-16 -t UTF-8 FILE | safar import … -',
    );
  }
  const isGzip = begins([0x1f, 0x8b]);
  return {
    name,
    sizeBytes: size,
    read(onBytes) {
      const bytes = Readable.from(chunksOf(handle, onBytes), { objectMode: false, highWaterMark: READ_BYTES });
      return isGzip ? unpacked(bytes) : bytes;
    },
    async close() {
      await handle.close();
      await remove();
    },
  };
}

/** A read stream would close the file with itself, and the second pass reads it again. */
async function* chunksOf(handle: FileHandle, onBytes: ((bytes: Buffer) => void) | undefined): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    onBytes?.(chunk);
    yield chunk;
  }
}

function unpacked(bytes: Readable): Readable {
  const gunzip = createGunzip();
  bytes.on('error', (error) => gunzip.destroy(error));
  gunzip.once('close', () => bytes.destroy());
  return bytes.pipe(gunzip);
}

/** Tells inputs apart by what is in them: a renamed file is the same, a changed one is another. */
export class ContentHash {
  private readonly hash = createHash('sha256');
  update(bytes: Buffer): void {
    this.hash.update(bytes);
  }
  digest(): string {
    return this.hash.digest('hex');
  }
}

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    EACCES: 'not allowed',
    ENOSPC: 'the disk is full',
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
};
