import { ProblemError } from '../problems/problem-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The parameter `id` of an address. @throws ProblemError `complaint_not_found`: nothing goes by any other name than a UUID. */
export function complaintIdIn({ id }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string' && UUID.test(id)) return id.toLowerCase();
  throw new ProblemError('complaint_not_found');
}
