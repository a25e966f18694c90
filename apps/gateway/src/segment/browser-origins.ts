import { type IncomingHttpHeaders } from 'node:http';
import { type HttpConfig } from '#wiring';
import { ProblemError } from '../problems/problem-error.js';

/** A day, which is as long as browsers remember it. */
const PREFLIGHT_S = '86400';

/** What the SDKs for browsers send beside what needs no asking; `X-Retry-Count` is Segment's, `AnonymousId` RudderStack's. */
const REQUEST_HEADERS = 'authorization, content-type, content-encoding, anonymousid, x-strict-mode, x-retry-count';
/** Scripts of another origin read no other header than a few of the browser's choice, and a refused SDK has to wait this long. */
const RESPONSE_HEADERS = 'retry-after';

type Headers = Readonly<Record<string, string>>;
type Allowed = HttpConfig['browserOrigins'];

/**
 * Before anything is done for a request of a page: one of another origin is refused and not only not answered, because what
 * `navigator.sendBeacon` sends needs no permission from us. Servers send no `Origin`, and are not meant.
 * @throws ProblemError `origin_not_allowed`
 */
export function assertBrowserOrigin({ origin }: IncomingHttpHeaders, allowed: Allowed): void {
  // The scheme, name and port as browsers write them (RFC 6454 §6.2), so that no two spellings mean the same.
  if (allowed === '*' || origin === undefined || allowed.includes(origin)) return;
  throw new ProblemError('origin_not_allowed');
}

/**
 * What lets scripts read the answer (Fetch §3.3.3). Never with credentials: that a browser holds the write key makes it public, so
 * cookies have no say here.
 */
export function browserHeaders({ origin }: IncomingHttpHeaders, allowed: Allowed): Headers {
  const exposed = { 'access-control-expose-headers': RESPONSE_HEADERS };
  if (allowed === '*') return { 'access-control-allow-origin': '*', ...exposed };
  return origin !== undefined && allowed.includes(origin) ? { 'access-control-allow-origin': origin, ...exposed } : {};
}

/** `Vary` with what an answer depends on for browsers: a cache must not give one site the answer to another. */
export function varyByOrigin(vary: string | number | readonly string[] | undefined, allowed: Allowed): string {
  const names = [vary ?? []].flat().join(', ');
  return [names, ...(allowed === '*' ? [] : ['origin'])].filter((name) => name !== '').join(', ');
}

/** What a preflight is told (Fetch §4.8); nothing when the request only looks like one, or its origin is not allowed. */
export function preflightHeaders(headers: IncomingHttpHeaders, method: 'GET' | 'POST', allowed: Allowed): Headers {
  const { origin, 'access-control-request-method': asked } = headers;
  if (origin === undefined || asked === undefined) return {};
  if (!('access-control-allow-origin' in browserHeaders(headers, allowed))) return {};
  return {
    'access-control-allow-methods': method,
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': PREFLIGHT_S,
  };
}
