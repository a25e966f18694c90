import { type IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { may, type Permission, scopeFor } from '#contracts';
import { API_KEY_VERIFIER, type ApiKeyVerifier, type Principal } from '#wiring';
import { ProblemError } from '../problems/problem-error.js';

/** RFC 6750 §2.1, and keys as we make them: a bounded text without surprises. */
const BEARER = /^Bearer +(safar_[A-Za-z0-9_-]{1,200})$/i;
const CHALLENGE = 'Bearer realm="safar"';

/** Who calls, and whether they may. */
@Injectable()
export class Authenticator {
  constructor(@Inject(API_KEY_VERIFIER) private readonly verifier: ApiKeyVerifier) {}

  /**
   * Who calls with these headers, if they may do that.
   * @throws ProblemError `unauthenticated` or `forbidden`, with the challenge of RFC 6750 §3
   */
  async authorize({ authorization }: IncomingHttpHeaders, permission: Permission): Promise<Principal> {
    if (authorization === undefined) throw challenge('unauthenticated', CHALLENGE);
    const key = BEARER.exec(authorization)?.[1];
    const principal = key === undefined ? undefined : await this.verifier.verify(key);
    if (principal === undefined) throw challenge('unauthenticated', `${CHALLENGE}, error="invalid_token"`);
    if (!may(principal, permission))
      throw challenge('forbidden', `${CHALLENGE}, error="insufficient_scope", scope="${scopeFor(permission)}"`);
    return principal;
  }
}

const challenge = (code: 'unauthenticated' | 'forbidden', text: string): ProblemError =>
  new ProblemError(code, { headers: { 'www-authenticate': text } });
