import { type Clock } from '#kernel';
import { type Kept, type RefusedInbound, type RefusedRecord, type SetAside } from '#platform/bus';
import { type Quarantine, quarantineLimits, type QuarantineReason } from '#platform/quarantine';
import { personasOfKept, sealKept, type SealingPorts } from '../quarantined-message.js';
import { keepRecord } from './kept-record.js';
import { sourceOfRecord } from './read-record.js';
import { erasedSince, type InboundPorts } from './take-inbound.js';

export interface SetAsidePorts extends SealingPorts, Pick<InboundPorts, 'topic' | 'anyErasedSince'> {
  readonly clock: Clock;
  readonly quarantine: Pick<Quarantine, 'put' | 'remove'>;
}

/** Of so many senders nothing fitted: then it is all of it that is full. */
const FULL = 5;

/**
 * Refused records go to the quarantine: sealed, bounded, and removed with the erasure of whom they name. The name of the topic stands for
 * the source there, whoever wrote them; whoever they say sent them has a share of its room.
 */
export const createSetAside =
  (ports: SetAsidePorts): SetAside =>
  async (refused) => {
    const kept: Kept[] = [];
    const full = new Set<string>();
    for (const each of refused) {
      const sender = ports.vault.uuid('sender', ports.topic, sourceOfRecord(each.record));
      // What does not fit any more is not tried one by one: each time the database would count what is there.
      const isFull = full.has(sender) || full.size >= FULL;
      const one: Kept = isFull ? { not: 'no_room' } : await keep(ports, each, sender);
      if ('not' in one && one.not === 'no_room') full.add(sender);
      kept.push(one);
    }
    return kept;
  };

async function keep(ports: SetAsidePorts, { record, outcome }: RefusedInbound, sender: string): Promise<Kept> {
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
  const isKept = await quarantine.put({ id, source: topic, sender, sealed, reasons, personas, at: now });
  if (!isKept) return { not: 'no_room' };
  // Only now: an erasure that is begun after this finds it there, and one that was begun before is seen by this.
  if (!(await anyErasedSince(personas, erasedSince([record], now)))) return { as: id };
  await quarantine.remove([id]);
  return { not: 'erased' };
}

/** As the quarantine lists them: where nothing in it is wrong, the reason stands for all of it. */
export const reasonsOfRefused = ({ reason, errors }: RefusedRecord): readonly QuarantineReason[] =>
  errors.length > 0 ? errors : [{ pointer: '', code: reason }];
