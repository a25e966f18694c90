import { parseCustomerReference, resolveCustomer } from '#capabilities';
import { fail, type Position, type ReadModels, type Result, succeed } from '#kernel';
import { type Pseudonyms } from '#platform/vault';
import { type EraseFailure, type InvalidParameters, type QueryFailure } from './messages/failures.js';

export interface DirectoryPorts {
  readonly readModels: ReadModels;
  readonly vault: Pseudonyms;
  readonly defaultRegion: string;
  /** Longest wait for `minPosition`. */
  readonly waitTimeoutMs: number;
}

/** Read models that say who a customer is. */
const directoryModels: readonly string[] = ['customers', 'customer-identifiers', 'customer-erasures'];

/** The persona that a caller's reference names: an id, or kind:value of an identifier. Whether there is one is not looked up. */
export function referencedPersona(
  { vault, defaultRegion }: DirectoryPorts,
  reference: string,
): Result<string, InvalidParameters> {
  const persona = parseCustomerReference(reference, vault.uuid, defaultRegion);
  if (persona.ok) return succeed(persona.value.personaId);
  const detail = 'Must be a customer id, or kind:value of an identifier.';
  return fail({ code: 'invalid_parameters', errors: [{ pointer: '/id', code: persona.reason, detail }] });
}

/** From what a caller calls a customer to the customer's id (UUID). */
export async function findCustomer(ports: DirectoryPorts, reference: string): Promise<Result<string, EraseFailure>> {
  const persona = referencedPersona(ports, reference);
  return persona.ok ? resolveCustomer(ports.readModels, persona.value) : persona;
}

/** Waits until the read models have applied a position; the failure where they did not in time. */
export async function caughtUp(
  ports: DirectoryPorts,
  minPosition: Position | undefined,
  readModels: readonly string[] = directoryModels,
): Promise<QueryFailure | undefined> {
  if (minPosition === undefined) return undefined;
  const waits = readModels.map((name) => ports.readModels.waitUntil(name, minPosition, ports.waitTimeoutMs));
  const reached = await Promise.all(waits);
  return reached.every(Boolean) ? undefined : { code: 'not_caught_up', retryAfterMs: 1_000 };
}

export const timelineModels: readonly string[] = [...directoryModels, 'timeline'];
