import { isScope } from '#contracts';
import { type EpochMs } from '#kernel';
import { type ApiKeyView } from '../api-keys.port.js';

/** A row of `access.api_keys`. */
export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly secret_hash: Uint8Array;
  readonly scopes: readonly string[];
  readonly origins: readonly string[] | null;
  readonly created_at: Date;
  readonly created_by: string | null;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly previous_prefix: string | null;
  readonly previous_hash: Uint8Array | null;
  readonly previous_ends_at: Date | null;
}

export const apiKeyView = (row: ApiKeyRow): ApiKeyView => ({
  id: row.id,
  name: row.name,
  // A scope that a later version knew allows nothing here.
  scopes: row.scopes.filter(isScope),
  origins: row.origins ?? undefined,
  prefix: row.prefix,
  createdAt: row.created_at.getTime(),
  createdBy: row.created_by ?? undefined,
  expiresAt: timeOf(row.expires_at),
  revokedAt: timeOf(row.revoked_at),
  lastUsedAt: timeOf(row.last_used_at),
  previous:
    row.previous_prefix === null || row.previous_ends_at === null
      ? undefined
      : { prefix: row.previous_prefix, endsAt: row.previous_ends_at.getTime() },
});

export const timeOf = (date: Date | null): EpochMs | undefined => date?.getTime();

/** Whether the key may be used at all now. */
export const isLive = ({ revokedAt, expiresAt }: ApiKeyView, now: EpochMs): boolean =>
  revokedAt === undefined && (expiresAt === undefined || now < expiresAt);

/** The hash that a secret with this prefix must have now; nothing for one that was rotated out. */
export function hashFor(row: ApiKeyRow, prefix: string, now: EpochMs): Uint8Array | undefined {
  if (row.prefix === prefix) return row.secret_hash;
  if (row.previous_prefix !== prefix || row.previous_hash === null || row.previous_ends_at === null) return undefined;
  return now < row.previous_ends_at.getTime() ? row.previous_hash : undefined;
}
