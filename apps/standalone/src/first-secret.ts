import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** How a secret that was made at the first start is told. */
export interface FirstSecret {
  /** On a terminal; otherwise standard output may be a log that is kept. */
  readonly text: string | undefined;
  /** Where it is instead. */
  readonly file: string | undefined;
}

/** Shown once to whoever is watching. Where nobody is, it goes into a file of the data folder that only its owner can read, and that they delete. */
export async function firstSecret(
  text: string,
  { isTerminal, dataDir, name }: { readonly isTerminal: boolean; readonly dataDir: string; readonly name: string },
): Promise<FirstSecret> {
  if (isTerminal) return { text, file: undefined };
  const file = path.resolve(dataDir, name);
  // Anew: writing over a file that is there would leave it to whoever may read that one.
  await rm(file, { force: true });
  await writeFile(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
  return { text: undefined, file };
}
