import { getCustomer } from '#capabilities';
import { type Position } from '#kernel';
import { caughtUp, type DirectoryPorts, findCustomer } from './customer-directory.js';
import { type ExpectedVersions } from './messages/command-request.js';
import { type QueryFailure, type VersionMismatch } from './messages/failures.js';

/**
 * The true version where the customer is not as expected at the head of the log, or why nobody can tell. Somebody who is not there is for
 * the command to refuse. It looks before the command does its work, it does not hold the customer still: a command that appends to the
 * stream passes the version on as the expectation of its append.
 */
export async function unexpectedVersion(
  directory: DirectoryPorts,
  head: Position,
  reference: string,
  expected: ExpectedVersions,
): Promise<QueryFailure | VersionMismatch | undefined> {
  if (expected === 'any') return undefined;
  // What lags behind is not sure to be the last version.
  const late = await caughtUp(directory, head);
  if (late) return late;
  const customerId = await findCustomer(directory, reference);
  if (!customerId.ok) return undefined;
  const version = (await getCustomer(directory.readModels, customerId.value))?.version;
  return version === undefined || expected.includes(version) ? undefined : { code: 'version_mismatch', version };
}
