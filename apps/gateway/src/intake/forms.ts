import { type IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../problems/problem-error.js';

const ndjsonTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/** Lines, or one JSON text: everything that is not announced as lines is read as JSON, whatever it is announced as. */
export const isNdjson = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean =>
  ndjsonTypes.includes((type.split(';')[0] ?? '').trim().toLowerCase());

/** RFC 7240 §4.2: the sender wants to hear of what was refused only. */
export const wantsRefusedOnly = ({ prefer = '' }: IncomingHttpHeaders): boolean =>
  [prefer].flat().some((value) => /(^|[,;\s])return=minimal($|[,;\s])/i.test(value));

/** A compressed body may be a thousand times as large as it looks; nothing here unpacks one. */
export function refuseEncoded({ 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): void {
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new ProblemError('unsupported_encoding', { headers: { 'accept-encoding': 'identity' } });
}
