import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import pg from 'pg';
import { type Binaries } from './binaries.js';
import { inAccount, type Account } from './processes.js';
import { EmbeddedPostgresStartError } from './start-error.js';

export const OWNER = 'safar';

export const passwordFileOf = (dataDir: string): string => `${dataDir}.password`;

/** The owner's password: made once, kept beside the cluster and readable by us alone. */
export function passwordOf(dataDir: string): string {
  const file = passwordFileOf(dataDir);
  if (!fs.existsSync(file)) {
    const half = `${file}.${String(process.pid)}`;
    fs.writeFileSync(half, randomBytes(24).toString('hex'), { mode: 0o600 });
    try {
      // A link fails when the file is there: of two first starts, one makes the password.
      fs.linkSync(half, file);
    } catch (error) {
      if (!fs.existsSync(file)) throw error;
    } finally {
      fs.rmSync(half);
    }
  }
  return fs.readFileSync(file, 'utf8').trim();
}

export interface ClusterPrograms {
  readonly binaries: Binaries;
  readonly dataDir: string;
  readonly account: Account | undefined;
}

/**
 * Gives the owner this password, in a cluster that does not run: one that was restored knows the password of where it came from.
 * Whoever can do this can read the folder, where all the data are.
 */
export function setPassword({ binaries, dataDir, account }: ClusterPrograms, password: string): void {
  const statement = `ALTER ROLE ${pg.escapeIdentifier(OWNER)} PASSWORD ${pg.escapeLiteral(password)};\n`;
  // A single process without any connection, which asks for no password.
  const { status, error, stderr } = spawnSync(binaries.postgres, ['--single', '-D', dataDir, 'postgres'], {
    ...inAccount(account),
    input: statement,
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new EmbeddedPostgresStartError(
      `${dataDir} comes from elsewhere, and its password cannot be set anew: ${error?.message ?? stderr.trim()}`,
    );
}

export const WRONG_PASSWORD = '28P01';

export const isWrongPassword = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === WRONG_PASSWORD;
