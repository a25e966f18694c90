import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Installation } from '#wiring';

/** How a first admin's password is told. */
export interface FirstAdmin {
  readonly name: string;
  /** On a terminal; otherwise standard output may be a log that is kept. */
  readonly password: string | undefined;
  /** Where it is instead. */
  readonly file: string | undefined;
}

/**
 * An installation without any account gets an admin. There is no default password: it is made here, and shown once to whoever is
 * watching. Where nobody is, it goes into a file of the data folder that only its owner can read, and that they delete.
 */
export async function firstAdmin(
  { access, config }: Installation,
  isTerminal: boolean,
): Promise<FirstAdmin | undefined> {
  const made = await access.users.addFirst();
  if (!made) return undefined;
  const { name, password } = made;
  if (isTerminal) return { name, password, file: undefined };
  const file = path.join(config.dataDir, 'first-admin-password');
  // Anew: writing over a file that is there would leave it to whoever may read that one.
  await rm(file, { force: true });
  await writeFile(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return { name, password: undefined, file };
}

export function firstAdminText(admin: FirstAdmin | undefined): string {
  if (admin === undefined) return '  Sign in   as before; `npm run -s safar -- users add NAME` makes another account';
  const { name, password, file } = admin;
  if (password !== undefined) return `  Sign in   as ${name} with ${password}  (shown this once)`;
  return `  Sign in   as ${name} with the password in ${path.relative(process.cwd(), file ?? '')}  (read it, then delete it)`;
}
