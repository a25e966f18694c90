import { type IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../problems/problem-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The parameter `id` of an address. @throws ProblemError `attachment_not_found`: nothing goes by any other name than a UUID. */
export function attachmentIdIn({ id }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string' && UUID.test(id)) return id.toLowerCase();
  throw new ProblemError('attachment_not_found');
}

/** What a client says that does not know. */
const BYTES = 'application/octet-stream';

/** What the body is said to be, without parameters; nothing where it is said to be bytes and no more. */
export function declaredType({ 'content-type': header = '' }: IncomingHttpHeaders): string | undefined {
  const [type = ''] = header.split(';', 1);
  const declared = type.trim().toLowerCase();
  return declared === '' || declared === BYTES ? undefined : declared;
}
