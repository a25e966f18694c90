import path from 'node:path';
import { type Installation } from '#wiring';
import { type FirstSecret, firstSecret } from './first-secret.js';

/** An installation without any key gets one that may do everything. */
export async function firstKey(
  { access: { apiKeys }, config: { dataDir } }: Installation,
  isTerminal: boolean,
): Promise<FirstSecret | undefined> {
  const known = await apiKeys.list();
  if (known.length > 0) return undefined;
  const { key } = await apiKeys.create({ name: 'first key', scopes: ['admin'] }, { kind: 'system', id: 'first-start' });
  return firstSecret(key, { isTerminal, dataDir, name: 'first-api-key' });
}

export function firstKeyText(key: FirstSecret | undefined): string {
  if (key === undefined)
    return '  API key   as told by the first start; `npm run -s safar -- keys create --name NAME` makes another';
  if (key.text !== undefined) return `  API key   ${key.text}  (shown this once)`;
  return `  API key   in ${path.relative(process.cwd(), key.file ?? '')}  (read it, then delete it)`;
}

/** The header for curl, as a shell reads it. */
export function bearerOf(key: FirstSecret | undefined): string {
  if (key?.file === undefined) return `-H 'Authorization: Bearer ${key?.text ?? '<your key>'}'`;
  return `-H "Authorization: Bearer $(cat '${key.file.replaceAll("'", "'\\''")}')"`;
}
