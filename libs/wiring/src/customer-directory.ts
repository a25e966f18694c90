import { parseCustomerReference, resolveCustomer } from '#capabilities';
import { fail, type Position, type ReadModels, type Result, succeed } from '#kernel';
import { type Pseudonyms } from '#platform/vault';
import { type EraseFailure, type InvalidParameters, type QueryFailure } from './messages/failures.js';

export interface DirectoryPorts {
  readonly readModels: ReadModels;
  readonly vault: Pseudonyms;
  /** The last position of the store. */
  readonly head: () => Promise<Position>;
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

export const notCaughtUp: QueryFailure = { code: 'not_caught_up', retryAfterMs: 1_000 };

/**
 * Waits until the read models have applied a position; the failure where they did not in time. A position that the store has not come to
 * is not waited for: nobody was ever answered with it, or it went with the end of a log that was restored from an older copy.
 */
export async function caughtUp(
  ports: DirectoryPorts,
  minPosition: Position | undefined,
  readModels: readonly string[] = directoryModels,
): Promise<QueryFailure | undefined> {
  if (minPosition === undefined || (await areAt(ports, minPosition, readModels, 0))) return undefined;
  if (minPosition > (await ports.head())) return { code: 'unknown_position' };
  return (await areAt(ports, minPosition, readModels, ports.waitTimeoutMs)) ? undefined : notCaughtUp;
}

async function areAt(
  { readModels }: DirectoryPorts,
  position: Position,
  names: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  return (await Promise.all(names.map((name) => readModels.waitUntil(name, position, timeoutMs)))).every(Boolean);
}

export const timelineModels: readonly string[] = [...directoryModels, 'timeline'];
