import { type FastifyHelmetOptions } from '@fastify/helmet';

/** An API: nothing that it answers is a page, so nothing in it may run, load, be framed or be told where it was called from. */
export const securityHeaders: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"] },
  },
  xFrameOptions: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
  // Browsers heed it over HTTPS only. Not the subdomains: they are not ours to speak for.
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
};
