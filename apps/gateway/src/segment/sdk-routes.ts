import { type SegmentCall } from '#capabilities';
import { ProblemError } from '../problems/problem-error.js';

/** The one-letter names are what browsers call: `/v1/t` is no word that blockers know. */
export const sdkCalls: Readonly<Record<string, SegmentCall | 'batch'>> = {
  '/v1/track': 'track',
  '/v1/t': 'track',
  '/v1/identify': 'identify',
  '/v1/i': 'identify',
  '/v1/page': 'page',
  '/v1/p': 'page',
  '/v1/screen': 'screen',
  '/v1/s': 'screen',
  '/v1/group': 'group',
  '/v1/g': 'group',
  '/v1/alias': 'alias',
  '/v1/a': 'alias',
  '/v1/batch': 'batch',
  '/v1/b': 'batch',
  '/v1/import': 'batch',
  // What RudderStack's browser SDK sends with navigator.sendBeacon.
  '/beacon/v1/batch': 'batch',
};

/** What Segment's browser SDK tells of itself. Nobody here needs it, and a refusal would make it try again. */
export const METRICS = '/v1/m';
export const SETTINGS = '/v1/projects/:key/settings';
/** RudderStack's settings; its SDKs ask with and without a slash at the end, which Nest would take off. */
export const SOURCE_CONFIGS = ['/sourceConfig', '/sourceConfig/*'] as const;

const routes: ReadonlySet<string> = new Set([...Object.keys(sdkCalls), METRICS, SETTINGS, ...SOURCE_CONFIGS]);

export const isSdkRoute = (route: string | undefined): boolean => route !== undefined && routes.has(route);

/** What else but OPTIONS the route of an SDK is for. */
export const methodOf = (route: string | undefined): 'GET' | 'POST' =>
  route !== undefined && (route in sdkCalls || route === METRICS) ? 'POST' : 'GET';

const answered: ReadonlySet<number> = new Set([400, 401, 413, 429, 503]);
const RETRY_MS = 5_000;

/**
 * The refusal as SDKs understand it: they drop what is answered with 4xx, send again what is answered with 429 or 503, and take anything
 * else for success. What is our own fault, or passes, has to be one of those two.
 */
export function forSdk(problem: ProblemError): ProblemError {
  const { status, details } = problem;
  if (answered.has(status)) return problem;
  if (status === 403) return new ProblemError('unauthenticated', details);
  if (status < 500 && status !== 408) return new ProblemError('malformed_request', details);
  return new ProblemError('unavailable', { retryAfterMs: RETRY_MS, ...details });
}
