import { type TouchpointResult } from '#contracts';
import { type Quarantined } from '#platform/quarantine';
import { type ErasePorts } from './erase-personas.js';
import { type InboundPorts } from './inbound/take-inbound.js';
import { type MessagePorts } from './record-messages.js';

/** What became of a quarantined message or record that was tried again. */
export interface Redriven {
  readonly id: string;
  /** `refused`: it stays where it is. `not_there`: redriven or discarded before, expired, or removed with the erasure of whom it named. */
  readonly status: TouchpointResult['status'] | 'not_there';
  readonly reasons: Quarantined['reasons'];
}

export interface RedrivePorts
  extends MessagePorts, ErasePorts, Pick<InboundPorts, 'anyErasedSince' | 'checkWritable'> {}
