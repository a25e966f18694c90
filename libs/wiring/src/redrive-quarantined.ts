import { randomUUID } from 'node:crypto';
import { touchpointOfMessage } from '#capabilities';
import { type TouchpointResult } from '#contracts';
import { type Quarantined } from '#platform/quarantine';
import { openMessages, reasonsOf } from './quarantined-message.js';
import { type MessagePorts } from './record-messages.js';

/** What became of a quarantined message that was tried again. */
export interface Redriven {
  readonly id: string;
  readonly source: string;
  /** `refused`: it stays where it is. */
  readonly status: TouchpointResult['status'];
  readonly reasons: Quarantined['reasons'];
}

/** Tries messages again, by today's rules, as if they had come in when they did. What is stored leaves the quarantine. */
export async function redriveQuarantined(
  ports: MessagePorts,
  messages: readonly Quarantined[],
  causationId: string,
): Promise<readonly Redriven[]> {
  const context = { correlationId: randomUUID().replaceAll('-', ''), causationId };
  const opened = await openMessages(ports.vault, messages);
  const redriven: Redriven[] = [];
  for (const [index, { id, source, reasons }] of messages.entries()) {
    const kept = opened[index];
    if (kept === undefined) {
      redriven.push({ id, source, status: 'refused', reasons });
      continue;
    }
    const read = touchpointOfMessage(kept.message, { ...kept, source, defaultRegion: ports.defaultRegion });
    const [result] = read.ok ? await ports.recordTouchpoints([read.value], context) : [];
    const errors = read.ok ? (result?.status === 'refused' ? result.errors : []) : read.reason;
    // Under the same id it is there already, with another `sentAt`.
    const isThere = result?.status === 'refused' && result.code === 'id_reused';
    const status = isThere ? 'duplicate' : (result?.status ?? 'refused');
    if (status === 'refused') await ports.quarantine.tried(id, reasonsOf(errors), ports.clock.now());
    else await ports.quarantine.remove([id]);
    redriven.push({ id, source, status, reasons: reasonsOf(isThere ? [] : errors) });
  }
  return redriven;
}
