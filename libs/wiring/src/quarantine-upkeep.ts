import { type Clock } from '#kernel';
import { type AuditLog } from '#platform/audit';
import { type Quarantined, type QuarantineUpkeep } from '#platform/quarantine';
import { SealBrokenError } from '#platform/vault';
import { openMessages, personasOfKept, type SealingPorts } from './quarantined-message.js';

export interface UpkeepPorts extends SealingPorts {
  readonly quarantine: QuarantineUpkeep;
}

/** Read, or removed, together. */
const BATCH = 200;
/** All that the quarantine holds, twice over: what this does not get through, the next turn does. */
const MOST_BATCHES = 100;

/** Writes down whom messages name that came before that was done, or by a process of an older version. */
async function readUnread(ports: UpkeepPorts): Promise<void> {
  for (let times = 0; times < MOST_BATCHES; times += 1) {
    const messages = await ports.quarantine.unread(BATCH);
    for (const message of messages) await ports.quarantine.name(message.id, await namedIn(ports, message));
    if (messages.length < BATCH) return;
  }
}

/** One that was tampered with names nobody: it must not keep anybody from being erased. */
async function namedIn(ports: UpkeepPorts, message: Quarantined): Promise<readonly string[]> {
  try {
    const [kept] = await openMessages(ports.vault, [message]);
    return kept === undefined ? [] : personasOfKept(kept, ports);
  } catch (error) {
    if (error instanceof SealBrokenError) return [];
    throw error;
  }
}

/** Removes every quarantined message that names the persona. Doing it twice, or in two processes, is harmless. */
export async function eraseFromQuarantine(ports: UpkeepPorts, personaId: string): Promise<number> {
  await readUnread(ports);
  return ports.quarantine.removeNaming(personaId);
}

/**
 * What has to be seen to from time to time: messages of those who were erased while nobody knew whom they name, and messages that name
 * nobody, which no erasure will ever reach and which are therefore kept for a short while only.
 */
export async function keepQuarantine(
  ports: UpkeepPorts & { readonly audit: AuditLog; readonly clock: Clock },
  unnamedRetentionMs: number,
): Promise<void> {
  await readUnread(ports);
  await ports.quarantine.removeErased();
  const before = ports.clock.now() - unnamedRetentionMs;
  let count = 0;
  for (let times = 0; times < MOST_BATCHES; times += 1) {
    const removed = await ports.quarantine.removeUnnamed(before, BATCH);
    count += removed;
    if (removed < BATCH) break;
  }
  if (count === 0) return;
  await ports.audit.record({
    actor: { kind: 'system', id: 'safar' },
    action: 'quarantine.expired',
    subject: 'quarantine:messages',
    outcome: 'succeeded',
    details: { count },
  });
}
