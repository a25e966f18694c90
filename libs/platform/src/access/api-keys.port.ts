import { type Scope } from '#contracts';
import { type EpochMs } from '#kernel';
import { type Actor, type KeyPrincipal } from './principal.js';

export interface NewApiKey {
  /** What it is for, told by a person; 1–100 characters. */
  readonly name: string;
  /** At least one; `browser:write` alone. */
  readonly scopes: readonly Scope[];
  /** Of a key for browsers: the sites whose pages may send with it, as browsers write them. */
  readonly origins?: readonly string[];
  readonly expiresAt?: EpochMs;
}

export interface IssuedApiKey {
  readonly id: string;
  /** `safar_<prefix>_<secret>`. Shown once: only its hash is kept. */
  readonly key: string;
}

export interface RotatedApiKey extends IssuedApiKey {
  /** Until when the secret before works too. */
  readonly previousEndsAt: EpochMs;
}

/** What is known of a key without knowing it. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Sites whose pages may send with it; any that may at all where nothing is said. */
  readonly origins: readonly string[] | undefined;
  /** Second part of the key, by which its owner recognises it. */
  readonly prefix: string;
  readonly createdAt: EpochMs;
  /** `<kind>:<id>` of who made it; nobody knows of the oldest. */
  readonly createdBy: string | undefined;
  readonly expiresAt: EpochMs | undefined;
  readonly revokedAt: EpochMs | undefined;
  /** To the minute. */
  readonly lastUsedAt: EpochMs | undefined;
  /** The secret before the last rotation, while it is known. */
  readonly previous: { readonly prefix: string; readonly endsAt: EpochMs } | undefined;
}

export interface VerifyApiKeys {
  /**
   * Who holds the key; nobody when it is malformed, unknown, expired or revoked. A revocation by another process takes effect
   * within 2 s, one by this process at once.
   */
  verify(key: string): Promise<KeyPrincipal | undefined>;
  /**
   * The same at once, of a key that was verified a moment ago; nothing when it has to be looked up, or is no key. As long as nothing
   * is read anew it is the same object.
   */
  recent(key: string): KeyPrincipal | undefined;
}

export interface ManageApiKeys {
  /** @throws RangeError when the name, the scopes, the sites or the time are none */
  create(request: NewApiKey, by: Actor): Promise<IssuedApiKey>;
  /** All that were ever made, oldest first. */
  list(): Promise<readonly ApiKeyView[]>;
  /** Nothing when there is no such key. */
  find(id: string): Promise<ApiKeyView | undefined>;
  /** @returns false when there is no such key. Repeating it changes nothing. */
  revoke(id: string, by: Actor): Promise<boolean>;
  /**
   * A new secret for the same key. The one before works for `overlapMs` more, so that its users can change over, and one before that
   * stops at once: two live ones at most. Nothing when there is no such key, or it is revoked or expired.
   * @param overlapMs 0 for a secret that leaked; at most 30 days
   */
  rotate(id: string, by: Actor, overlapMs?: number): Promise<RotatedApiKey | undefined>;
}

export interface ApiKeys extends VerifyApiKeys, ManageApiKeys {}

/** A day: one deployment of whatever uses the key. */
export const DEFAULT_OVERLAP_MS = 86_400_000;
export const MOST_OVERLAP_MS = 30 * 86_400_000;
