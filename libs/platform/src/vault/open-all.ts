import { KeyNotPreparedError } from './vault-errors.js';
import { type Open, type Opened } from './vault.port.js';

export interface SealedPart {
  readonly personaId: string;
  readonly eventId: string;
  readonly sealed: string;
}

/**
 * Opens a batch, in its order. A persona that was erased and seen again a moment ago, by another process, has a key that is
 * not loaded yet: such a batch is prepared once more before it fails.
 * @throws SealBrokenError, KeyNotPreparedError when there is no such key at all
 */
export async function openAll(vault: Open, parts: readonly SealedPart[]): Promise<readonly Opened[]> {
  const personaIds = [...new Set(parts.map(({ personaId }) => personaId))];
  const openEach = (): Opened[] =>
    parts.map(({ personaId, eventId, sealed }) => vault.open(personaId, eventId, sealed));
  await vault.prepare(personaIds);
  try {
    return openEach();
  } catch (error) {
    if (!(error instanceof KeyNotPreparedError)) throw error;
  }
  await vault.prepare(personaIds);
  return openEach();
}
