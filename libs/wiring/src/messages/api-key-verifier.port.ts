/** Who calls, and what they may do. */
export interface Principal {
  /** Id of the API key; safe to log. */
  readonly id: string;
  readonly scopes: readonly string[];
}

/** Looks up API keys. Injected by this symbol. */
export const API_KEY_VERIFIER: unique symbol = Symbol('ApiKeyVerifier');

export interface ApiKeyVerifier {
  /** `undefined` for a key that is unknown, malformed or revoked: callers must not learn which. */
  verify(key: string): Promise<Principal | undefined>;
}
