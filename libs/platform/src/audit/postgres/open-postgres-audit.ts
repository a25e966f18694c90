import { type Pool } from 'pg';
import { type Clock } from '#kernel';
import { type MasterKey } from '#platform/vault';
import {
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type NewAuditEntry,
  type ReadAuditLog,
} from '../audit-log.port.js';
import { type Checkpoint, type CheckSignatures, type SignCheckpoints } from '../checkpoints/checkpoint.js';
import { type CheckpointFile, createCheckpointFile } from '../checkpoints/checkpoint-file.js';
import { createCheckpointSigner } from '../checkpoints/checkpoint-signer.js';
import { Checkpointer, type CheckpointRhythm, usualRhythm } from '../checkpoints/checkpointer.js';
import { toldEntry } from '../told-entry.js';
import { type ChainBreak, ChainCheck } from '../verify-chain.js';
import { listEntries, readChain, readCheckpoints } from './audit-rows.js';

export interface PostgresAuditSettings {
  readonly pool: Pool;
  readonly masterKey: Pick<MasterKey, 'pseudonymSecret'>;
  /** Of the checkpoints; beside the master key, never inside the database's folder or its backups. */
  readonly checkpointFile: string;
  readonly clock: Clock;
  readonly rhythm?: CheckpointRhythm;
  readonly onTrouble?: (error: unknown) => void;
}

export interface AuditVerified {
  readonly ok: boolean;
  readonly entries: bigint;
  /** Of the last entry, 64 hexadecimal digits. */
  readonly hash: string;
  /** Up to which entry a signed checkpoint vouches for the chain. Later entries are linked, but their end is not known. */
  readonly signedUpTo: bigint;
  readonly checkpoints: { readonly database: number; readonly file: number };
  /** With which the checkpoints can be checked elsewhere; raw Ed25519, base64. */
  readonly publicKey: string;
  readonly broken: ChainBreak | undefined;
}

/** The audit log of an installation. */
export interface AuditTrail extends AuditLog, ReadAuditLog {
  /** Reads the whole chain, and compares it with the checkpoints in the database and in the file. */
  verify(): Promise<AuditVerified>;
  /** Writes the last checkpoint. */
  close(): Promise<void>;
}

export function openPostgresAudit(settings: PostgresAuditSettings): AuditTrail {
  return new PostgresAudit(settings);
}

class PostgresAudit implements AuditTrail {
  readonly #pool: Pool;
  readonly #signer: SignCheckpoints & CheckSignatures;
  readonly #file: CheckpointFile;
  readonly #checkpointer: Checkpointer;

  constructor({ pool, masterKey, checkpointFile, clock, rhythm = usualRhythm, onTrouble }: PostgresAuditSettings) {
    this.#pool = pool;
    this.#signer = createCheckpointSigner(masterKey);
    this.#file = createCheckpointFile(checkpointFile);
    this.#checkpointer = new Checkpointer({
      signer: this.#signer,
      clock,
      rhythm,
      keep: (checkpoint) => this.#keep(checkpoint),
      onTrouble: onTrouble ?? (() => undefined),
    });
  }

  async record(entry: NewAuditEntry): Promise<void> {
    const { actorKind, actorId, action, subject, outcome, details, requestId } = toldEntry(entry);
    const { rows } = await this.#pool.query<{ sequence: string; hash: string }>({
      name: 'audit-record',
      text: `SELECT entry_sequence AS sequence, encode(entry_hash, 'hex') AS hash FROM audit.record($1, $2, $3, $4, $5, $6, $7)`,
      values: [actorKind, actorId, action, subject, outcome, details, requestId],
    });
    const written = rows[0];
    if (written === undefined) throw new Error('the audit log did not answer');
    this.#checkpointer.written({ sequence: BigInt(written.sequence), hash: written.hash });
  }

  list(filter: AuditFilter = {}): Promise<readonly AuditEntry[]> {
    return listEntries(this.#pool, filter);
  }

  async verify(): Promise<AuditVerified> {
    await this.#checkpointer.flush();
    // Checkpoints first: entries that come while we read have none among these.
    const [stored, outside] = [await readCheckpoints(this.#pool), await this.#file.read()];
    const check = new ChainCheck([...stored, ...outside], this.#signer);
    for await (const entry of readChain(this.#pool)) if (!check.take(entry)) break;
    const broken = check.end();
    return {
      ok: broken === undefined,
      entries: check.last.sequence,
      hash: check.last.hash,
      signedUpTo: check.signedUpTo,
      checkpoints: { database: stored.length, file: outside.length },
      publicKey: this.#signer.publicKey,
      broken,
    };
  }

  close(): Promise<void> {
    return this.#checkpointer.flush();
  }

  /** To the file first: what only the database holds proves nothing against whoever holds the database. */
  async #keep(checkpoint: Checkpoint): Promise<void> {
    await this.#file.append([checkpoint]);
    const { sequence, hash, signedAt, signature } = checkpoint;
    await this.#pool.query('SELECT audit.add_checkpoint($1, $2, $3, $4)', [
      sequence.toString(),
      Buffer.from(hash, 'hex'),
      signedAt,
      Buffer.from(signature, 'base64'),
    ]);
  }
}
