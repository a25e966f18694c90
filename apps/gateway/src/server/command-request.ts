import { type IncomingHttpHeaders } from 'node:http';
import { type CommandRequest } from '#wiring';
import { type Caller } from '../access/caller.js';
import { parameterError } from '../problems/catalogues.js';
import { ProblemError } from '../problems/problem-error.js';
import { ifMatch } from './entity-tags.js';

/** Visible ASCII: a UUID, or whatever the caller counts by. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** What a command's handler needs to know of the request: who asks, `Idempotency-Key`, and `If-Match` as the versions it expects. */
export function commandRequest(caller: Caller, headers: IncomingHttpHeaders): CommandRequest {
  const { principal, correlationId, trace } = caller;
  const idempotencyKey = idempotencyKeyOf(headers);
  return {
    principal,
    correlationId,
    expectedVersions: ifMatch(headers),
    ...(trace !== undefined && { trace }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}

/**
 * draft-ietf-httpapi-idempotency-key-header writes it as a string in quotes; most clients leave them out. The same key is meant.
 * Two headers are joined by a comma and a space, and thereby refused.
 */
function idempotencyKeyOf({ 'idempotency-key': header }: IncomingHttpHeaders): string | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : '';
  if (KEY.test(key)) return key;
  throw new ProblemError('invalid_parameters', {
    errors: [parameterError('/Idempotency-Key', 'invalid_idempotency_key')],
  });
}
