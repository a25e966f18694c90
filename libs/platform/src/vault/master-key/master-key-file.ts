import { randomBytes } from 'node:crypto';
import { link, mkdir, open, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere, syncFolder } from '../durable-file.js';
import { VaultGuardError } from '../vault-errors.js';
import { MASTER_KEY_BYTES } from './local-master-key.js';
import { parseMasterKeys, type MasterKeys } from './master-key-text.js';

const preface = `# The master key of this Safar installation. Without it, personal data cannot be read by anybody, for ever.
# Keep a copy, but never in the same place as copies of the database.
`;

/** @returns nothing when there is no such file. @throws VaultGuardError when others may read it or it holds no key. */
export async function readMasterKeyFile(file: string): Promise<MasterKeys | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new VaultGuardError(
      `The master key ${file} can be read by other users (mode ${(mode & 0o777).toString(8)}).`,
      `Run: chmod 600 ${file}`,
    );
  return parseMasterKeys(text.replace(/^#.*$/gm, ''), file);
}

/** Makes the key that this installation keeps. Complete or not there at all, also after a power cut. */
export async function createMasterKeyFile(file: string): Promise<MasterKeys> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const masterKey = randomBytes(MASTER_KEY_BYTES);
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(`${preface}${masterKey.toString('base64')}\n`);
    await handle.sync();
    // A link, not a rename: it never replaces a key that somebody put there meanwhile.
    await link(unfinished, file);
  } finally {
    await handle.close();
    await unlink(unfinished);
  }
  await syncFolder(folder);
  return [masterKey];
}
