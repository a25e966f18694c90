import { userInfo } from 'node:os';

/** Who is at the keyboard, as the machine knows them: kept with decisions. */
export function operator(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    // An account without a name, as containers have.
    return `cli:${String(process.getuid?.() ?? 'unknown')}`;
  }
}
