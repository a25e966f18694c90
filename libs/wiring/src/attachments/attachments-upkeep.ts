import { type Clock } from '#kernel';
import { type AttachmentUpkeep } from '#platform/attachments';
import { type AuditLog } from '#platform/audit';
import { type PersonaKeyRef, type Vault } from '#platform/vault';
import { destroyUnusedKeys } from './unused-key.js';

/** Removed together: a thousand pieces or so. */
const BATCH = 20;
/** More than may be unused at once: what one turn does not get through, the next does. */
const MOST_BATCHES = 2_000;

async function inBatches(remove: (limit: number) => Promise<number>): Promise<number> {
  let count = 0;
  for (let times = 0; times < MOST_BATCHES; times += 1) {
    const removed = await remove(BATCH);
    count += removed;
    if (removed < BATCH) break;
  }
  return count;
}

/** Removes every file of somebody whose key was destroyed. Doing it twice, or in two processes, is harmless. */
export const eraseFromAttachments = (attachments: AttachmentUpkeep, key: PersonaKeyRef): Promise<number> =>
  inBatches((limit) => attachments.removeSealedWith(key, limit));

/** What has to be seen to from time to time: uploads that nothing refers to, files of those who were erased, and keys of days that are over. */
export async function keepAttachments(ports: {
  readonly attachments: AttachmentUpkeep;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly audit: AuditLog;
}): Promise<void> {
  const { attachments, clock, audit } = ports;
  await inBatches((limit) => attachments.removeUnreadable(limit));
  const count = await inBatches((limit) => attachments.removeExpired(clock.now(), limit));
  await destroyUnusedKeys(ports);
  if (count === 0) return;
  await audit.record({
    actor: { kind: 'system', id: 'safar' },
    action: 'attachments.expired',
    subject: 'attachments:unused',
    outcome: 'succeeded',
    details: { count },
  });
}
