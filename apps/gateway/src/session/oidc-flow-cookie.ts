import { type FastifyReply } from 'fastify';
import { type OidcFlow } from '#platform/access';

/** Lax: the provider sends the browser back from another site, and the strict one would stay away. It ends with the sign-in. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';
/** How long somebody may take to sign in at the provider. */
const MAX_AGE_S = 600;
const NAME = '__Host-safar-oidc';
const FLOW = /(?:^|;) *__Host-safar-oidc=([\w-]{43})\.([\w-]{43})\.([\w-]{43})\.([\w-]{1,700}) *(?=;|$)/;

export interface FlowInBrowser {
  readonly flow: OidcFlow;
  /** A path of ours to go to afterwards. */
  readonly returnTo: string;
}

export function setFlowCookie(reply: FastifyReply, { flow, returnTo }: FlowInBrowser): void {
  const value = [flow.state, flow.nonce, flow.verifier, Buffer.from(returnTo).toString('base64url')].join('.');
  void reply.header('set-cookie', `${NAME}=${value}; ${ATTRIBUTES}; Max-Age=${String(MAX_AGE_S)}`);
}

export const clearFlowCookie = (reply: FastifyReply): void => {
  void reply.header('set-cookie', `${NAME}=; ${ATTRIBUTES}; Max-Age=0`);
};

export function flowIn(cookie: string | undefined): FlowInBrowser | undefined {
  const [, state, nonce, verifier, path] = FLOW.exec(cookie ?? '') ?? [];
  if (state === undefined || nonce === undefined || verifier === undefined || path === undefined) return undefined;
  return { flow: { state, nonce, verifier }, returnTo: ownPath(Buffer.from(path, 'base64url').toString()) };
}

/** A path of this site: `//evil.example` and `/\evil.example` are other sites to a browser. Anything else is the front page. */
export const ownPath = (path: unknown): string =>
  typeof path === 'string' && /^\/(?![/\\])[!-[\]-~]{0,500}$/.test(path) ? path : '/';
