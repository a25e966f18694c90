import { type IncomingMessage } from 'node:http';

/** In this spelling alone: any other, a query included, is for the router to understand. */
export const PATH = '/v1/touchpoints';

const jsonTypes: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);

/** Whether a request is what nearly all senders send: JSON of a known length, by a key, and nothing that changes what is done with it. */
export function isUsual({ method, url, headers }: IncomingMessage, mostBytes: number): boolean {
  if (url !== PATH || method !== 'POST' || !jsonTypes.has(headers['content-type'])) return false;
  if (headers['content-encoding'] !== undefined || headers['x-strict-mode'] !== undefined) return false;
  if (headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return false;
  const bytes = Number(headers['content-length']);
  return bytes > 0 && bytes <= mostBytes;
}
