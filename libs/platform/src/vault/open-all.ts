import { takeTurns } from '#platform/event-loop';
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
  const openEach = async (): Promise<Opened[]> => {
    const opened: Opened[] = [];
    for (const { personaId, eventId, sealed } of parts) {
      opened.push(vault.open(personaId, eventId, sealed));
      // A page of large events takes a second to open, and requests are waiting in the same process.
      const turn = takeTurns();
      if (turn) await turn;
    }
    return opened;
  };
  await vault.prepare(personaIds);
  try {
    return await openEach();
  } catch (error) {
    if (!(error instanceof KeyNotPreparedError)) throw error;
  }
  await vault.prepare(personaIds);
  return openEach();
}
