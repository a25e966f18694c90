import { type Pool } from 'pg';
import { type EpochMs } from '#kernel';
import { type KeyRow, type KeyStore, type NewKey } from '../key-store.port.js';
import { type Erasure } from '../ledger/erasure-ledger.port.js';
import { type PersonaKeyRef } from '../vault.port.js';

interface KeyRecord {
  readonly persona_id: string;
  readonly incarnation: string;
  readonly wrapped_key: Uint8Array | null;
  readonly pending: boolean;
}

interface ErasureRecord {
  readonly persona_id: string;
  readonly incarnation: string;
  readonly begun_at: Date;
}

/** `vault.keys` and `vault.erasures`; every write goes through a function of the schema. */
export function createPostgresKeyStore(pool: Pool): KeyStore {
  return {
    async latest(personaIds) {
      const { rows } = await pool.query<KeyRecord>({
        name: 'vault-latest',
        text: 'SELECT * FROM vault.latest_keys($1)',
        values: [arrayOf(personaIds)],
      });
      return rows.map(keyRow);
    },
    async ensure(keys) {
      const { rows } = await pool.query<KeyRecord>({
        name: 'vault-ensure',
        text: 'SELECT * FROM vault.ensure_keys($1, $2, $3)',
        values: [...refColumns(keys), wrappedKeysOf(keys)],
      });
      return rows.map(keyRow);
    },
    async live(personaIds) {
      const { rows } = await pool.query<ErasureRecord>(
        'SELECT persona_id, incarnation FROM vault.keys WHERE persona_id = ANY ($1::uuid[]) AND wrapped_key IS NOT NULL',
        [arrayOf(personaIds)],
      );
      return rows.map(refOf);
    },
    async destroy(erasures) {
      const times = arrayOf(erasures.map(({ at }) => new Date(at).toISOString()));
      await pool.query('SELECT vault.destroy_keys($1, $2, $3)', [...refColumns(erasures), times]);
    },
    async erasures() {
      const { rows } = await pool.query<ErasureRecord>('SELECT persona_id, incarnation, begun_at FROM vault.erasures');
      return rows.map((row): Erasure => ({ ...refOf(row), at: row.begun_at.getTime() }));
    },
    async pending(personaIds) {
      const { rows } = await pool.query<ErasureRecord>(
        `SELECT persona_id, incarnation FROM vault.erasures
         WHERE done_at IS NULL AND ($1::uuid[] IS NULL OR persona_id = ANY ($1::uuid[])) ORDER BY begun_at, persona_id, incarnation`,
        [personaIds ? arrayOf(personaIds) : null],
      );
      return rows.map(refOf);
    },
    async complete(erased, at: EpochMs) {
      await pool.query('SELECT vault.complete_erasures($1, $2, $3)', [
        ...refColumns(erased),
        new Date(at).toISOString(),
      ]);
    },
  };
}

const refOf = (row: ErasureRecord): PersonaKeyRef => ({
  personaId: row.persona_id,
  incarnation: Number(row.incarnation),
});

const keyRow = ({ persona_id: personaId, incarnation, wrapped_key: wrappedKey, pending }: KeyRecord): KeyRow =>
  wrappedKey === null
    ? { personaId, incarnation: Number(incarnation), status: 'destroyed', pending }
    : { personaId, incarnation: Number(incarnation), status: 'live', wrappedKey };

/** Array literals, written by hand: ids, numbers and hex need no quoting, and pg's own conversion looks at every character. */
const arrayOf = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;

const refColumns = (refs: readonly PersonaKeyRef[]): [string, string] => [
  arrayOf(refs.map(({ personaId }) => personaId)),
  arrayOf(refs.map(({ incarnation }) => incarnation)),
];

const wrappedKeysOf = (keys: readonly NewKey[]): string =>
  arrayOf(keys.map(({ wrappedKey }) => `"\\\\x${Buffer.from(wrappedKey).toString('hex')}"`));
