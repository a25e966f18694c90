import { type FastifyReply } from 'fastify';

/**
 * `__Host-`: browsers take it only with Secure, for the whole site and for no other host, so that no other page of the domain can set
 * or read it. Strict: it comes along only with requests of our own pages.
 */
export const SESSION_COOKIE = '__Host-safar-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const TOKEN = /(?:^|;) *__Host-safar-session=([A-Za-z0-9_-]{43}) *(?=;|$)/;

/** What may be the token of a session in a `Cookie` header. */
export const sessionTokenOf = (cookie: string | undefined): string | undefined => TOKEN.exec(cookie ?? '')?.[1];

export function setSessionCookie(reply: FastifyReply, token: string, lifetimeMs: number): void {
  const maxAge = String(Math.max(1, Math.floor(lifetimeMs / 1_000)));
  void reply.header('set-cookie', `${SESSION_COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${maxAge}`);
}

export function clearSessionCookie(reply: FastifyReply): void {
  void reply.header('set-cookie', `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
}
