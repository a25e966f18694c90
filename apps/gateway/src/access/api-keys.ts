import { Inject, Injectable } from '@nestjs/common';
import { allows, type Scope } from '#platform/access';
import { API_KEY_VERIFIER, type ApiKeyVerifier, type Principal } from '#wiring';
import { ProblemError } from '../problems/problem-error.js';

/** RFC 6750 §2.1, and keys as we make them: a bounded text without surprises. */
const BEARER = /^Bearer +(safar_[A-Za-z0-9_-]{1,200})$/i;
const CHALLENGE = 'Bearer realm="safar"';

@Injectable()
export class ApiKeys {
  constructor(@Inject(API_KEY_VERIFIER) private readonly verifier: ApiKeyVerifier) {}

  /**
   * Who calls with this `Authorization` header.
   * @throws ProblemError `unauthenticated` or `forbidden`, with the challenge of RFC 6750 §3
   */
  async authorize(authorization: string | undefined, scope: Scope): Promise<Principal> {
    if (authorization === undefined) throw challenge('unauthenticated', CHALLENGE);
    const key = BEARER.exec(authorization)?.[1];
    const principal = key === undefined ? undefined : await this.verifier.verify(key);
    if (principal === undefined) throw challenge('unauthenticated', `${CHALLENGE}, error="invalid_token"`);
    if (!allows(principal.scopes, scope))
      throw challenge('forbidden', `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`);
    return principal;
  }
}

const challenge = (code: 'unauthenticated' | 'forbidden', text: string): ProblemError =>
  new ProblemError(code, { headers: { 'www-authenticate': text } });
