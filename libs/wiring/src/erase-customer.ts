import { resolveCustomer } from '#capabilities';
import { type PersonaErasedData } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type AuditLog } from '#platform/audit';
import { type ReadFromStore } from '#platform/event-store';
import { audited, type OnBehalfOf } from './audited.js';
import { caughtUp, type DirectoryPorts, referencedPersona } from './customer-directory.js';
import { type Cause, erasePersonas, type ErasePorts } from './erase-personas.js';
import { type CustomerErased } from './messages/erase-customer.command.js';
import { type EraseFailure } from './messages/failures.js';

export interface EraseCustomerPorts extends ErasePorts {
  readonly store: ErasePorts['store'] & Pick<ReadFromStore, 'head'>;
  readonly directory: DirectoryPorts;
  readonly audit: AuditLog;
}

/** The request behind an erasure. */
export interface ErasureContext extends Cause {
  readonly by: OnBehalfOf;
  /** When an attempt began that nobody knows the end of. */
  readonly begunBefore?: EpochMs | undefined;
}

type Reason = PersonaErasedData['reason'];
type Erasing = Result<CustomerErased, EraseFailure>;

/**
 * Erases whom a caller's reference names: the customer's keys, then a word about it in the log. Audited whatever comes of it, under
 * the customer's id and never the reference.
 */
export function eraseCustomer(
  ports: EraseCustomerPorts,
  reference: string,
  reason: Reason,
  context: ErasureContext,
): Promise<Erasing> {
  const persona = referencedPersona(ports.directory, reference);
  const subject = persona.ok ? `customer:${persona.value}` : 'none';
  const act = { ...context.by, action: 'customer.erased', subject, details: { reason } };
  return audited(
    ports.audit,
    act,
    () => (persona.ok ? erase(ports, persona.value, reason, context) : Promise.resolve(persona)),
    (erased) =>
      erased.ok
        ? { subject: `customer:${erased.value.customerId}`, details: { reason, position: erased.value.position } }
        : { outcome: 'refused', details: { reason: erased.reason.code } },
  );
}

async function erase(
  ports: EraseCustomerPorts,
  persona: string,
  reason: Reason,
  context: ErasureContext,
): Promise<Erasing> {
  const { directory, store } = ports;
  // Whoever has just been heard of is found by other identifiers too; not by waiting for ever.
  const head = await store.head();
  await caughtUp(directory, head);
  const customerId = await resolveCustomer(directory.readModels, persona);
  if (!customerId.ok && customerId.reason.code === 'ambiguous_identifier') return customerId;
  // Read models may lag; the vault knows who has a key.
  const target = customerId.ok ? customerId.value : persona;
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
