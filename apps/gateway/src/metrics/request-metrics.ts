import { METHODS } from 'node:http';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Metrics } from '#platform/telemetry';
import { problemCodeOf } from '../problems/answered-problems.js';

const methods = new Set(METHODS);
/** Addresses that are no route of ours: one value for all of them, or guesses would fill the memory. */
const NO_ROUTE = 'none';

/** Counts a request whose answer has gone. */
export function countRequest({ requests, problems }: Metrics, request: FastifyRequest, reply: FastifyReply): void {
  const method = methods.has(request.method) ? request.method : 'other';
  requests
    .labels(method, request.routeOptions.url ?? NO_ROUTE, String(reply.statusCode))
    .observe(reply.elapsedTime / 1_000);
  const code = problemCodeOf(request.raw);
  if (code !== undefined) problems.labels(code).inc();
}
