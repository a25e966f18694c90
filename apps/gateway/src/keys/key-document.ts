import { type Scope } from '#contracts';
import { type ApiKeyView } from '#platform/access';

/** A key for people: times as RFC 3339, and never the secret. */
export interface KeyDocument {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Sites whose pages may send with it. */
  readonly origins: readonly string[] | null;
  readonly prefix: string;
  readonly createdAt: string;
  readonly createdBy: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  /** The secret before the last rotation. */
  readonly previous: { readonly prefix: string; readonly endsAt: string } | null;
}

export const keyDocument = (key: ApiKeyView): KeyDocument => ({
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  origins: key.origins ?? null,
  prefix: key.prefix,
  createdAt: isoOf(key.createdAt),
  createdBy: key.createdBy ?? null,
  expiresAt: when(key.expiresAt),
  revokedAt: when(key.revokedAt),
  lastUsedAt: when(key.lastUsedAt),
  previous: key.previous ? { prefix: key.previous.prefix, endsAt: isoOf(key.previous.endsAt) } : null,
});

const isoOf = (at: number): string => new Date(at).toISOString();
const when = (at: number | undefined): string | null => (at === undefined ? null : isoOf(at));
