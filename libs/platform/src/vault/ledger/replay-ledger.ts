import { type KeyStore } from '../key-store.port.js';
import { type PersonaKeyRef } from '../vault.port.js';
import { type Erasure, type ErasureLedger } from './erasure-ledger.port.js';

/**
 * Makes ledger and key store agree, in both directions: a restored backup forgets erasures, and a ledger on a new machine or
 * folder does not know those of the others. What either knows is destroyed in both.
 */
export async function replayLedger(ledger: ErasureLedger, store: KeyStore): Promise<void> {
  const [written, stored] = await Promise.all([ledger.read(), store.erasures()]);
  await ledger.append(without(stored, written));
  // Not only those that the store does not know: a restore may have brought back a key, but not the table of keys.
  for (let at = 0; at < written.length; at += ERASURES_AT_ONCE)
    await store.destroy(written.slice(at, at + ERASURES_AT_ONCE));
}

/** In one statement. */
const ERASURES_AT_ONCE = 5_000;

function without(erasures: readonly Erasure[], known: readonly PersonaKeyRef[]): readonly Erasure[] {
  const names = new Set(known.map(nameOf));
  return erasures.filter((erasure) => !names.has(nameOf(erasure)));
}

const nameOf = ({ personaId, incarnation }: PersonaKeyRef): string => `${personaId}|${String(incarnation)}`;
