/** What Node says of a certificate that it does not take; by itself none of them passes. */
const CODES: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Behind tries of its own, kafkajs has what the connection said as the cause. */
export const isUntrusted = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && CODES.has(error.code)) || isUntrusted(error.cause));
