import { type KeyPrincipal, type Principal, type VerifyApiKeys } from '#platform/access';

export { type KeyPrincipal, type Principal };

/** Looks up API keys. Injected by this symbol. */
export const API_KEY_VERIFIER: unique symbol = Symbol('ApiKeyVerifier');

export type ApiKeyVerifier = VerifyApiKeys;
