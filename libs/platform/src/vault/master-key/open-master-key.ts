import { type Pool } from 'pg';
import { inTransaction } from '#platform/postgres';
import { VaultGuardError } from '../vault-errors.js';
import { createLocalMasterKey, masterKeyId } from './local-master-key.js';
import { createMasterKeyFile, readMasterKeyFile } from './master-key-file.js';
import { parseMasterKeys, type MasterKeys } from './master-key-text.js';
import { type MasterKey } from './master-key.port.js';

export interface MasterKeySettings {
  readonly pool: Pool;
  /** Where the key is kept, outside the database and its backups; made at the first start. Not used when `environment` is given. */
  readonly file: string;
  /** SAFAR_MASTER_KEY: 32 bytes in base64; after a rotation several, oldest first, separated by commas. */
  readonly environment?: string | undefined;
}

/**
 * The master key of this installation. The database knows the ids of its master keys, so that a missing or foreign key stops
 * the start instead of making second pseudonyms and unreadable keys.
 * @throws VaultGuardError with the remedy.
 */
export function openMasterKey({ pool, file, environment }: MasterKeySettings): Promise<MasterKey> {
  return inTransaction(pool, async (client) => {
    // Processes that start together for the first time must not make two keys.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('safar master key', 0))`);
    const { rows } = await client.query<{ key_id: string }>('SELECT key_id FROM vault.master_keys ORDER BY ordinal');
    const known = rows.map((row) => row.key_id);
    const place = environment === undefined ? file : 'SAFAR_MASTER_KEY';
    const given = environment === undefined ? await readMasterKeyFile(file) : parseMasterKeys(environment, place);
    const masterKeys = given ?? (await firstMasterKey(known, file));
    const ids = masterKeys.map(masterKeyId);
    refuseForeign(known, ids, place);
    await client.query(
      `INSERT INTO vault.master_keys (key_id, created_at) SELECT id, now() FROM unnest($1::text[]) WITH ORDINALITY AS given(id, place) ORDER BY place`,
      [ids.filter((id) => !known.includes(id))],
    );
    return createLocalMasterKey(masterKeys);
  });
}

function firstMasterKey(known: readonly string[], file: string): Promise<MasterKeys> {
  if (known.length === 0) return createMasterKeyFile(file);
  throw new VaultGuardError(
    `The database holds data sealed with the master key ${known.join(', ')}, but there is no key at ${file}.`,
    'Put back the copy of that file, or give the key as SAFAR_MASTER_KEY. Without it personal data stays unreadable.',
  );
}

function refuseForeign(known: readonly string[], ids: readonly string[], place: string): void {
  const absent = known.filter((id) => !ids.includes(id));
  // Pseudonyms come from the first key for ever: another one there would give every customer a second persona.
  if (absent.length === 0 && (known.length === 0 || known[0] === ids[0])) return;
  throw new VaultGuardError(
    `The master key in ${place} (${ids.join(', ')}) is not the one that this database was sealed with (${known.join(', ')}).`,
    `Use the master key that belongs to this database, or the database that belongs to this key.`,
  );
}
