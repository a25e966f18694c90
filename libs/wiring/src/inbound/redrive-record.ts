import { type RedrivePorts, type Redriven } from '../redriven.js';
import { type KeptRecord, recordOfKept } from './kept-record.js';
import { reasonsOfRefused } from './set-aside.js';
import { createTakeInbound, FAILURES_TOGETHER } from './take-inbound.js';

/** Tries a record again that was refused, as if it came now; who was erased since it was written does not come back by it. */
export async function redriveRecord(ports: RedrivePorts, id: string, kept: KeptRecord): Promise<Redriven> {
  const { quarantine, clock } = ports;
  const take = createTakeInbound({ ...ports, topic: kept.record.topic });
  const [outcome] = await take([recordOfKept(kept)], FAILURES_TOGETHER);
  if (outcome === undefined) throw new Error('the record has no outcome');
  const isErased = outcome.status === 'refused' && outcome.withoutValue === true;
  if (outcome.status === 'refused' && !isErased) {
    const reasons = reasonsOfRefused(outcome);
    await quarantine.tried(id, reasons, clock.now());
    return { id, status: 'refused', reasons };
  }
  await quarantine.remove([id]);
  return { id, status: isErased ? 'not_there' : outcome.status, reasons: [] };
}
