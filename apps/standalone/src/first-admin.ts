import path from 'node:path';
import { type Installation } from '#wiring';
import { type FirstSecret, firstSecret } from './first-secret.js';

/** A first admin, and how their password is told. */
export interface FirstAdmin {
  readonly name: string;
  readonly password: FirstSecret;
}

/** An installation without any account gets an admin. There is no default password: it is made here. */
export async function firstAdmin(
  { access, config: { dataDir } }: Installation,
  isTerminal: boolean,
): Promise<FirstAdmin | undefined> {
  const made = await access.users.addFirst();
  if (!made) return undefined;
  const { name, password } = made;
  return { name, password: await firstSecret(password, { isTerminal, dataDir, name: 'first-admin-password' }) };
}

export function firstAdminText(admin: FirstAdmin | undefined): string {
  if (admin === undefined) return '  Sign in   as before; `npm run -s safar -- users add NAME` makes another account';
  const { name, password } = admin;
  if (password.text !== undefined) return `  Sign in   as ${name} with ${password.text}  (shown this once)`;
  const file = path.relative(process.cwd(), password.file ?? '');
  return `  Sign in   as ${name} with the password in ${file}  (read it, then delete it)`;
}
