import { type Clock } from '#kernel';
import { type Kept, type RefusedInbound, type RefusedRecord, type SetAside } from '#platform/bus';
import { type Quarantine, quarantineLimits, type QuarantineReason } from '#platform/quarantine';
import { personasOfKept, sealKept, type SealingPorts } from '../quarantined-message.js';
import { keepRecord } from './kept-record.js';
import { erasedSince, type InboundPorts } from './take-inbound.js';

export interface SetAsidePorts extends SealingPorts, Pick<InboundPorts, 'topic' | 'anyErasedSince'> {
  readonly clock: Clock;
  readonly quarantine: Pick<Quarantine, 'put' | 'remove'>;
}

/**
 * Refused records go to the quarantine: sealed, bounded, and removed with the erasure of whom they name. The name of the topic stands for
 * the source there, whoever wrote them.
 */
export const createSetAside =
  (ports: SetAsidePorts): SetAside =>
  async (refused) => {
    const kept: Kept[] = [];
    let isFull = false;
    for (const each of refused) {
      // What does not fit any more is not tried one by one: each time the database would count what is there.
      const one: Kept = isFull ? { not: 'no_room' } : await keep(ports, each);
      isFull = 'not' in one && one.not === 'no_room';
      kept.push(one);
    }
    return kept;
  };

async function keep(ports: SetAsidePorts, { record, outcome }: RefusedInbound): Promise<Kept> {
  const { topic, vault, clock, quarantine, anyErasedSince } = ports;
  if (outcome.withoutValue === true) return { not: 'erased' };
  if ((record.bytes?.length ?? record.value.length) > quarantineLimits.messageBytes) return { not: 'too_large' };
  const now = clock.now();
  const kept = keepRecord(topic, record, now);
  // The same when a crash has it refused once more; another one at that place of a topic that was made anew.
  const id = vault.uuid('dead-letter', JSON.stringify(kept.record));
  const sealed = await sealKept(vault, id, kept);
  if (sealed.length > quarantineLimits.messageBytes) return { not: 'too_large' };
  const personas = personasOfKept(kept, ports);
  const reasons = reasonsOfRefused(outcome);
  if (!(await quarantine.put({ id, source: topic, sealed, reasons, personas, at: now }))) return { not: 'no_room' };
  // Only now: an erasure that is begun after this finds it there, and one that was begun before is seen by this.
  if (!(await anyErasedSince(personas, erasedSince([record], now)))) return { as: id };
  await quarantine.remove([id]);
  return { not: 'erased' };
}

/** As the quarantine lists them: where nothing in it is wrong, the reason stands for all of it. */
export const reasonsOfRefused = ({ reason, errors }: RefusedRecord): readonly QuarantineReason[] =>
  errors.length > 0 ? errors : [{ pointer: '', code: reason }];
