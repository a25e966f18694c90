import { type IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Principal } from '#wiring';
import { Authenticator } from '../access/authenticator.js';
import { admit } from '../access/caller.js';
import { Admission } from '../limits/admission.js';
import { Allowance } from '../limits/allowance.js';
import { RateLimits } from '../limits/rate-limits.js';
import { assertBrowserOrigin } from './browser-origins.js';

/** RFC 7617: the write key is the user's name, the password is empty. */
const BASIC = /^Basic +([A-Za-z0-9+/_-]{1,400}={0,2}) *$/i;
const KEY = /^safar_[A-Za-z0-9_-]{1,200}$/;

/**
 * Write keys are API keys that may send touchpoints. SDKs say theirs as the name of a Basic user; browsers, which must not ask another
 * origin before each event, in the body or the address.
 */
@Injectable()
export class WriteKeys {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  /**
   * @param from the headers of the request
   * @throws ProblemError `unauthenticated`, `forbidden` or, for the page of a site that is not the key's, `origin_not_allowed`
   */
  async authorize(key: string | undefined, from: IncomingHttpHeaders): Promise<Principal> {
    const authorization = key !== undefined && KEY.test(key) ? `Bearer ${key}` : 'none';
    const request = { method: 'POST', headers: { authorization } };
    const permission = { action: 'create', subject: 'SdkMessage' } as const;
    const principal = await this.authenticator.authorize(request, permission, { activity: true });
    if (principal.kind === 'key' && principal.origins) assertBrowserOrigin(from, principal.origins);
    return principal;
  }

  /**
   * As the guards do it for other routes: says who is behind a request, and counts it as one of theirs.
   * @throws ProblemError `unauthenticated`, `forbidden` or `rate_limited`
   */
  async admit({ raw, ip, headers }: FastifyRequest, key: string | undefined): Promise<Principal> {
    const principal = await this.authorize(key, headers);
    admit(raw, principal);
    await new Allowance(this.limits, this.admission, raw, { principal, address: ip }).known().first();
    return principal;
  }

  /** Before the body is read of somebody who has not said who they are. @throws ProblemError `rate_limited` */
  async countStranger({ raw, ip }: FastifyRequest): Promise<void> {
    await new Allowance(this.limits, this.admission, raw, { principal: undefined, address: ip }).known().first();
  }
}

/** What the headers say: the key, `refused` for something that is no key, nothing when they say nothing. */
export function writeKeyOf({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined) return undefined;
  const [, bearer] = /^Bearer +(\S{1,300})$/i.exec(authorization) ?? [];
  if (bearer !== undefined) return bearer;
  const text = Buffer.from(BASIC.exec(authorization)?.[1] ?? '', 'base64').toString('latin1');
  return text.split(':')[0] ?? '';
}
