import { type EpochMs } from '#kernel';
import { type ApiKeyView } from '../api-keys.port.js';
import { isScope } from '../scopes.js';

/** A row of `access.api_keys`. */
export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly secret_hash: Uint8Array;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

export const apiKeyView = (row: ApiKeyRow): ApiKeyView => ({
  id: row.id,
  name: row.name,
  // A scope that a later version knew allows nothing here.
  scopes: row.scopes.filter(isScope),
  prefix: row.prefix,
  createdAt: row.created_at.getTime(),
  expiresAt: timeOf(row.expires_at),
  revokedAt: timeOf(row.revoked_at),
  lastUsedAt: timeOf(row.last_used_at),
});

const timeOf = (date: Date | null): EpochMs | undefined => date?.getTime();
