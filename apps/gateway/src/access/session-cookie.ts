import { type FastifyReply } from 'fastify';
import { DEVICE_LIFETIME_MS } from '#platform/access';

/**
 * `__Host-`: browsers take it only with Secure, for the whole site and for no other host, so that no other page of the domain can set
 * or read it. Strict: it comes along only with requests of our own pages.
 */
export const SESSION_COOKIE = '__Host-safar-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const TOKEN = /(?:^|;) *__Host-safar-session=([A-Za-z0-9_-]{43}) *(?=;|$)/;

/** What may be the token of a session in a `Cookie` header. */
export const sessionTokenOf = (cookie: string | undefined): string | undefined => TOKEN.exec(cookie ?? '')?.[1];

/** What says that somebody has signed in here before. It outlives the session, and opens nothing. */
const DEVICE_COOKIE = '__Host-safar-device';
const DEVICE = /(?:^|;) *__Host-safar-device=([A-Za-z0-9_-]{43}) *(?=;|$)/;

export const deviceTokenOf = (cookie: string | undefined): string | undefined => DEVICE.exec(cookie ?? '')?.[1];

export function setDeviceCookie(reply: FastifyReply, token: string): void {
  const maxAge = String(DEVICE_LIFETIME_MS / 1_000);
  void reply.header('set-cookie', `${DEVICE_COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${maxAge}`);
}

export function setSessionCookie(reply: FastifyReply, token: string, lifetimeMs: number): void {
  const maxAge = String(Math.max(1, Math.floor(lifetimeMs / 1_000)));
  void reply.header('set-cookie', `${SESSION_COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${maxAge}`);
}

export function clearSessionCookie(reply: FastifyReply): void {
  void reply.header('set-cookie', `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
}
