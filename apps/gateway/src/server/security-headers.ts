import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import fastify from 'fastify';

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

/** What comes of it, names and values: asked of the library once, where an answer is to have the headers without it. */
export async function securityHeaderLines(): Promise<readonly string[]> {
  const instance = fastify();
  await instance.register(helmet, securityHeaders);
  const names: string[] = [];
  instance.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of Object.entries(reply.getHeaders())) names.push(name, String(value));
    done();
  });
  instance.get('/', (_request, reply) => reply.send(''));
  await instance.inject('/');
  await instance.close();
  return names;
}
