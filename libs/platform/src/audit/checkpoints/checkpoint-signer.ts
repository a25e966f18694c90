import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto';
import { type MasterKey } from '#platform/vault';
import { type CheckSignatures, type SignCheckpoints, type UnsignedCheckpoint } from './checkpoint.js';

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_KEY_BYTES = 32;

/**
 * Ed25519 (RFC 8032) with a key derived from the installation's first master key, which never changes: whoever has the database
 * alone cannot sign. Its public half may be given away.
 */
export function createCheckpointSigner({
  pseudonymSecret,
}: Pick<MasterKey, 'pseudonymSecret'>): SignCheckpoints & CheckSignatures {
  // HKDF-SHA-256 (RFC 5869) with a purpose of its own: pseudonyms say nothing about it.
  const seed = Buffer.from(hkdfSync('sha256', pseudonymSecret, '', 'safar audit v1: checkpoints', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES).toString('base64'),
    sign: (checkpoint) => ({
      ...checkpoint,
      signature: sign(null, signedText(checkpoint), privateKey).toString('base64'),
    }),
    isSigned: ({ signature, ...checkpoint }) =>
      verify(null, signedText(checkpoint), publicKey, Buffer.from(signature, 'base64')),
  };
}

/** Members by name, without white space (RFC 8785); the first keeps it apart from whatever else may be signed one day. */
const signedText = ({ sequence, hash, signedAt }: UnsignedCheckpoint): Buffer =>
  Buffer.from(
    JSON.stringify({ _: 'safar audit checkpoint v1', hash, sequence: sequence.toString(), signedAt }),
    'utf8',
  );
