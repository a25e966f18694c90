import { type IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../problems/problem-error.js';

/** Any value. A form cannot send it, and a script of another site only after asking (CORS), which nobody here answers. */
export const REQUEST_HEADER = 'x-safar-request';
const readingMethods = ['GET', 'HEAD', 'OPTIONS'];

export interface BrowserRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Whether a request that comes with a cookie, or asks for one, comes from a page of ours: browsers add cookies to whatever any page
 * makes them send. A request that changes something must say so twice, by a header of ours and by `Origin`; one that reads must not
 * say that it comes from elsewhere.
 * @param publicUrl our own origin; without one it is the host that was asked for
 * @throws ProblemError `foreign_page`
 */
export function assertOwnPage({ method, headers }: BrowserRequest, publicUrl: string | undefined): void {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && !isOwn(origin, headers.host, publicUrl)) throw new ProblemError('foreign_page');
  // `none`: typed into the address bar.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new ProblemError('foreign_page');
  if (readingMethods.includes(method)) return;
  if (origin === undefined || headers[REQUEST_HEADER] === undefined) throw new ProblemError('foreign_page');
}

function isOwn(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (publicUrl !== undefined) return origin === publicUrl;
  // A name that an attacker points at us is another origin to the browser, whose cookies are not ours.
  return host !== undefined && (origin === `https://${host}` || origin === `http://${host}`);
}
