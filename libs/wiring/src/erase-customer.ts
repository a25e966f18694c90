import { erasureOf, resolveCustomer } from '#capabilities';
import { type PersonaErasedData } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type AuditLog } from '#platform/audit';
import { type ReadFromStore } from '#platform/event-store';
import { audited, type OnBehalfOf } from './audited.js';
import { caughtUp, type DirectoryPorts, referencedPersona } from './customer-directory.js';
import { type Cause, type Erased, erasePersonas, type ErasePorts } from './erase-personas.js';
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
 * Erases whom a caller's reference names: the customer's keys, then a word about it in the log. The customer whose own it is, by the
 * vault; else the one customer whose touchpoints named it, once the read models know everything that was stored before the request.
 * Audited whatever comes of it, under the customer's id and never the reference.
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
  // A key says whose own the reference is, however far behind the read models are: nobody who merely named it is meant then.
  const [own] = await erasePersonas(ports, [persona], reason, context);
  if (own) return succeed(answerOf(own));
  const head = await store.head();
  // Who else is meant stands in the read models alone; from old rows somebody else would be erased, for ever.
  const late = await caughtUp(directory, head);
  if (late) return fail(late);
  const erasedAt = await erasureOf(directory.readModels, persona);
  if (erasedAt !== undefined) {
    // Our own earlier attempt got as far as the erasure, and died before it could say so.
    const { begunBefore } = context;
    if (begunBefore !== undefined && erasedAt >= begunBefore)
      return succeed({ customerId: persona, erasedAt, position: head });
    // They may have been named since, by what could not be used.
    await ports.eraseFromQuarantine(persona);
    // A repeated request must not fall upon the next customer who named the same identifier.
    return fail({ code: 'customer_erased', erasedAt });
  }
  const customerId = await resolveCustomer(directory.readModels, persona);
  // Where nobody is known by it, or one customer is, what names it in the quarantine is about whom the request means.
  if (customerId.ok || customerId.reason.code === 'customer_not_found') await ports.eraseFromQuarantine(persona);
  if (!customerId.ok) return customerId;
  const [erased] = await erasePersonas(ports, [customerId.value], reason, context);
  return erased ? succeed(answerOf(erased)) : fail({ code: 'customer_not_found' });
}

const answerOf = ({ personaId, erasedAt, position }: Erased): CustomerErased => ({
  customerId: personaId,
  erasedAt,
  position,
});
