import { randomUUID } from 'node:crypto';
import { touchpointOfMessage } from '#capabilities';
import { type Quarantined } from '#platform/quarantine';
import { completeErasures } from './erase-personas.js';
import { redriveRecord } from './inbound/redrive-record.js';
import { type KeptMessage, openMessages, personasOfKept, reasonsOf } from './quarantined-message.js';
import { type RecordingContext } from './record-touchpoints.js';
import { type Redriven, type RedrivePorts } from './redriven.js';

/**
 * Tries messages again, by today's rules, as if they had come in when they did. What is stored leaves the quarantine.
 * @param told of each as soon as it is done: where a later one breaks it off, these are done all the same
 */
export async function redriveQuarantined(
  ports: RedrivePorts,
  ids: readonly string[],
  causationId: string,
  told: (redriven: Redriven) => void,
): Promise<void> {
  const context = { correlationId: randomUUID().replaceAll('-', ''), causationId };
  for (const id of ids) {
    // Each is fetched when its turn comes: who is erased in the meantime is not brought back from memory.
    const [message] = await ports.quarantine.get([id]);
    told(message === undefined ? notThere(id) : await redrive(ports, message, context));
  }
}

const notThere = (id: string): Redriven => ({ id, status: 'not_there', reasons: [] });

async function redrive(ports: RedrivePorts, message: Quarantined, context: RecordingContext): Promise<Redriven> {
  const { id, reasons } = message;
  const [kept] = await openMessages(ports.vault, [message]);
  if (kept === undefined) return { id, status: 'refused', reasons };
  return 'record' in kept ? redriveRecord(ports, id, kept) : redriveMessage(ports, message, kept, context);
}

async function redriveMessage(
  ports: RedrivePorts,
  { id, source }: Quarantined,
  kept: KeptMessage,
  context: RecordingContext,
): Promise<Redriven> {
  const read = touchpointOfMessage(kept.message, { ...kept, source, defaultRegion: ports.defaultRegion });
  // An erasure that was begun, and not completed, has yet to take what names its persona out of the quarantine.
  const personas = personasOfKept(kept, ports);
  const stillThere = async (): Promise<boolean> => {
    await completeErasures(ports, 'other', personas);
    return (await ports.quarantine.get([id])).length === 1;
  };
  if (!(await stillThere())) return notThere(id);
  const [result] = read.ok ? await ports.recordTouchpoints([read.value], { ...context, stillThere }) : [];
  if (result?.status === 'refused' && result.code === 'not_stored') return notThere(id);
  const errors = read.ok ? (result?.status === 'refused' ? result.errors : []) : read.reason;
  // Under the same id it is there already, with another `sentAt`.
  const isThere = result?.status === 'refused' && result.code === 'id_reused';
  const status = isThere ? 'duplicate' : (result?.status ?? 'refused');
  if (status === 'refused') await ports.quarantine.tried(id, reasonsOf(errors), ports.clock.now());
  else await ports.quarantine.remove([id]);
  return { id, status, reasons: reasonsOf(isThere ? [] : errors) };
}
