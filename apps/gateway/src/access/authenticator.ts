import { Inject, Injectable } from '@nestjs/common';
import { may, type Permission, scopeFor } from '#contracts';
import {
  type Access,
  ACCESS_PORT,
  API_KEY_VERIFIER,
  type ApiKeyVerifier,
  type HttpConfig,
  type KeyPrincipal,
  type Principal,
} from '#wiring';
import { ProblemError } from '../problems/problem-error.js';
import { HTTP_CONFIG } from '../server/tokens.js';
import { assertOwnPage, type BrowserRequest } from './own-pages.js';
import { sessionTokenOf } from './session-cookie.js';

/** RFC 6750 §2.1, and keys as we make them: a bounded text without surprises. */
const BEARER = /^Bearer +(safar_[A-Za-z0-9_-]{1,200})$/i;
const CHALLENGE = 'Bearer realm="safar"';

export interface AuthorizeOptions {
  /** Somebody asks, rather than us again on behalf of a stream that is open. */
  readonly activity: boolean;
}

/** Who calls, and whether they may. */
@Injectable()
export class Authenticator {
  constructor(
    @Inject(API_KEY_VERIFIER) private readonly verifier: ApiKeyVerifier,
    @Inject(ACCESS_PORT) private readonly access: Pick<Access, 'sessions'>,
    @Inject(HTTP_CONFIG) private readonly config: HttpConfig,
  ) {}

  /**
   * Who calls with this request, if they may do that: an API key in `Authorization`, otherwise a session in its cookie.
   * @throws ProblemError `unauthenticated` or `forbidden`, with the challenge of RFC 6750 §3, or `foreign_page`
   */
  async authorize(request: BrowserRequest, permission: Permission, { activity }: AuthorizeOptions): Promise<Principal> {
    const { authorization, cookie } = request.headers;
    const token = authorization === undefined ? sessionTokenOf(cookie) : undefined;
    const principal = await (token === undefined
      ? this.#ofKey(authorization)
      : this.#ofSession(request, token, activity));
    if (!may(principal, permission)) throw forbidden(principal, permission);
    return principal;
  }

  /** Who calls with a key that was verified a moment ago; nothing when there is anything to look up, or to refuse. */
  recent(authorization: string | undefined): KeyPrincipal | undefined {
    const key = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
    return key === undefined ? undefined : this.verifier.recent(key);
  }

  async #ofKey(authorization: string | undefined): Promise<Principal> {
    if (authorization === undefined) throw challenge('unauthenticated', CHALLENGE);
    const key = BEARER.exec(authorization)?.[1];
    const principal = key === undefined ? undefined : await this.verifier.verify(key);
    if (principal === undefined) throw challenge('unauthenticated', `${CHALLENGE}, error="invalid_token"`);
    return principal;
  }

  async #ofSession(request: BrowserRequest, token: string, activity: boolean): Promise<Principal> {
    // Before the session is looked up: another site must not even learn whether there is one.
    assertOwnPage(request, this.config.publicUrl);
    const principal = await this.access.sessions.verify(token, activity);
    if (principal === undefined) throw challenge('unauthenticated', CHALLENGE);
    return principal;
  }
}

/** What somebody is told who may not do this. */
export function forbidden({ kind }: Principal, permission: Permission): ProblemError {
  if (kind === 'user') return new ProblemError('forbidden');
  return challenge('forbidden', `${CHALLENGE}, error="insufficient_scope", scope="${scopeFor(permission)}"`);
}

const challenge = (code: 'unauthenticated' | 'forbidden', text: string): ProblemError =>
  new ProblemError(code, { headers: { 'www-authenticate': text } });
