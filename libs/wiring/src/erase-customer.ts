import { resolveCustomer } from '#capabilities';
import { type PersonaErasedData } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type ReadFromStore } from '#platform/event-store';
import { caughtUp, type DirectoryPorts, referencedPersona } from './customer-directory.js';
import { type Cause, erasePersonas, type ErasePorts } from './erase-personas.js';
import { type CustomerErased } from './messages/erase-customer.command.js';
import { type EraseFailure } from './messages/failures.js';

export interface EraseCustomerPorts extends ErasePorts {
  readonly store: ErasePorts['store'] & Pick<ReadFromStore, 'head'>;
  readonly directory: DirectoryPorts;
}

/** The request behind an erasure. */
export interface ErasureContext extends Cause {
  /** When an attempt began that nobody knows the end of. */
  readonly begunBefore?: EpochMs | undefined;
}

/** Erases whom a caller's reference names: the customer's keys, then a word about it in the log. */
export async function eraseCustomer(
  ports: EraseCustomerPorts,
  reference: string,
  reason: PersonaErasedData['reason'],
  context: ErasureContext = {},
): Promise<Result<CustomerErased, EraseFailure>> {
  const { directory, store } = ports;
  const persona = referencedPersona(directory, reference);
  if (!persona.ok) return persona;
  // Whoever has just been heard of is found by other identifiers too; not by waiting for ever.
  const head = await store.head();
  await caughtUp(directory, head);
  const customerId = await resolveCustomer(directory.readModels, persona.value);
  if (!customerId.ok && customerId.reason.code === 'ambiguous_identifier') return customerId;
  // Read models may lag; the vault knows who has a key.
  const target = customerId.ok ? customerId.value : persona.value;
  const [erased] = await erasePersonas(ports, [target], reason, context);
  if (erased) return succeed({ customerId: erased.personaId, erasedAt: erased.erasedAt, position: erased.position });
  if (customerId.ok) return fail({ code: 'customer_not_found' });
  // Our own earlier attempt got as far as the erasure, and died before it could say so.
  const { begunBefore } = context;
  if (customerId.reason.code === 'customer_erased' && begunBefore !== undefined) {
    const { erasedAt } = customerId.reason;
    if (erasedAt >= begunBefore) return succeed({ customerId: target, erasedAt, position: head });
  }
  return customerId;
}
