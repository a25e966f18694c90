import { type EpochMs } from '#kernel';
import { type Scope } from './scopes.js';

/** Who calls. */
export interface Principal {
  /** Of the API key, a UUID; safe to log. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export interface NewApiKey {
  /** What it is for, told by a person; 1–100 characters. */
  readonly name: string;
  /** At least one. */
  readonly scopes: readonly Scope[];
  readonly expiresAt?: EpochMs;
}

export interface IssuedApiKey {
  readonly id: string;
  /** `safar_<prefix>_<secret>`. Shown once: only its hash is kept. */
  readonly key: string;
}

/** What is known of a key without knowing it. */
export interface ApiKeyView extends Principal {
  /** Second part of the key, by which its owner recognises it. */
  readonly prefix: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs | undefined;
  readonly revokedAt: EpochMs | undefined;
  /** To the minute. */
  readonly lastUsedAt: EpochMs | undefined;
}

export interface VerifyApiKeys {
  /**
   * Who holds the key; nobody when it is malformed, unknown, expired or revoked. A revocation by another process takes effect
   * within 5 s, one by this process at once.
   */
  verify(key: string): Promise<Principal | undefined>;
}

export interface ManageApiKeys {
  /** @throws RangeError when the name or the scopes are none */
  create(request: NewApiKey): Promise<IssuedApiKey>;
  /** All that were ever made, oldest first. */
  list(): Promise<readonly ApiKeyView[]>;
  /** @returns false when there is no such key. Repeating it changes nothing. */
  revoke(id: string): Promise<boolean>;
  /** A new secret for the same key; the old one stops working. Nothing when there is no such key or it is revoked. */
  rotate(id: string): Promise<IssuedApiKey | undefined>;
}

export interface ApiKeys extends VerifyApiKeys, ManageApiKeys {}
