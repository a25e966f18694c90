import { type Clock, type EpochMs } from '#kernel';
import { type PersonaKeyRef, type Vault } from '#platform/vault';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long an upload waits for something that refers to it. */
export const UNUSED_MS = DAY_MS;
/** Clocks of processes differ, and an upload that began before midnight ends after it. */
const MARGIN_MS = HOUR_MS;
/** How far back is looked for days whose keys are still there: an installation that was off for longer leaves keys that open nothing. */
const MOST_DAYS = 400;

const keyOfDay = (vault: Vault, at: EpochMs): string =>
  vault.uuid('attachments', 'unused', new Date(at).toISOString().slice(0, 10));

/** What uploads of a day are sealed with until they are used. */
export async function unusedKey({ vault, clock }: { readonly vault: Vault; readonly clock: Clock }) {
  const personaId = keyOfDay(vault, clock.now());
  const key = (await vault.currentKeys([personaId])).get(personaId);
  if (!key) throw new Error('the vault has no key for uploads');
  return key;
}

/**
 * Destroys the keys of days whose uploads are all used or gone. In a backup of that day a file is still sealed with it, also one of a
 * customer who was erased since: with the key, that goes too.
 */
export async function destroyUnusedKeys({ vault, clock }: { readonly vault: Vault; readonly clock: Clock }) {
  const last = clock.now() - DAY_MS - UNUSED_MS - MARGIN_MS;
  const days = Array.from({ length: MOST_DAYS }, (_, back) => keyOfDay(vault, last - back * DAY_MS));
  await vault.destroy(days);
  // Nothing was ever said of a day: no stream has to be closed for it.
  const destroyed: readonly PersonaKeyRef[] = await vault.pendingErasures(days);
  if (destroyed.length > 0) await vault.completeErasures(destroyed);
}
