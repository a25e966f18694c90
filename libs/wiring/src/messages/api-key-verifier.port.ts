import { type Principal, type VerifyApiKeys } from '#platform/access';

export { type Principal };

/** Looks up API keys. Injected by this symbol. */
export const API_KEY_VERIFIER: unique symbol = Symbol('ApiKeyVerifier');

export type ApiKeyVerifier = VerifyApiKeys;
