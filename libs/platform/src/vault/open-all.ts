import { takeTurns } from '#platform/event-loop';
import { KeyNotPreparedError } from './vault-errors.js';
import { type Open, type Opened } from './vault.port.js';

export interface SealedPart {
  readonly personaId: string;
  readonly eventId: string;
  readonly sealed: string;
}

/** Whoever appends to a persona's events makes their key be looked at anew; that may hit each look of another. */
const TRIES = 5;

/**
 * Opens a batch, in its order. Where a key is not loaded, it is looked for again and everything of its persona opened anew: it may
 * have been made a moment ago by another process, or forgotten by somebody in this one since the batch was prepared.
 * @throws SealBrokenError, KeyNotPreparedError when there is no such key at all
 */
export async function openAll(vault: Open, parts: readonly SealedPart[]): Promise<readonly Opened[]> {
  const opened: Opened[] = [];
  let left = [...parts.entries()];
  for (let tries = 1; left.length > 0; tries += 1) {
    await vault.prepare([...new Set(left.map(([, { personaId }]) => personaId))]);
    const missing = new Set<string>();
    for (const [index, part] of left) {
      try {
        opened[index] = vault.open(part.personaId, part.eventId, part.sealed);
      } catch (error) {
        if (!(error instanceof KeyNotPreparedError) || tries === TRIES) throw error;
        missing.add(part.personaId);
      }
      // A page of large events takes a second to open, and requests are waiting in the same process.
      const turn = takeTurns();
      if (turn) await turn;
    }
    left = left.filter(([, { personaId }]) => missing.has(personaId));
  }
  return opened;
}
