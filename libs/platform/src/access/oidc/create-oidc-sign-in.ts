import { type Pool } from 'pg';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  ClientSecretPost,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
} from 'openid-client';
import { type Clock, fail, type Result, succeed } from '#kernel';
import { type AuditTrail } from '../audit-trail.port.js';
import { type BegunSession, type Sessions } from '../sessions.port.js';
import { claimedRoles } from './claimed-roles.js';
import { accountOf } from './oidc-accounts.js';
import {
  type OidcFailure,
  type OidcFlow,
  type OidcSettings,
  type OidcSignIn,
  OidcUnavailableError,
} from './oidc.port.js';

/** Of each request to the provider; a person is waiting. */
const TIMEOUT_S = 10;
/** Keys and addresses of a provider change rarely; the keys are fetched anew by themselves when one is unknown. */
const DISCOVERY_TTL_MS = 3_600_000;
/** OpenID Connect Core §2. */
const LONGEST_SUBJECT = 255;

export interface OidcParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly sessions: Sessions;
  readonly settings: OidcSettings;
}

export const createOidcSignIn = (parts: OidcParts): OidcSignIn => new OpenIdConnect(parts);

class OpenIdConnect implements OidcSignIn {
  #discovered: { readonly configuration: Promise<Configuration>; readonly at: number } | undefined;

  constructor(private readonly parts: OidcParts) {}

  async begin(): Promise<{ readonly url: string; readonly flow: OidcFlow }> {
    const configuration = await this.#configuration();
    const flow: OidcFlow = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const { redirectUri, scope } = this.parts.settings;
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, flow };
  }

  async finish(query: URLSearchParams, flow: OidcFlow, client: string): Promise<Result<BegunSession, OidcFailure>> {
    const configuration = await this.#configuration();
    const claims = await this.#claims(configuration, query, flow);
    if (!claims || claims.sub.length > LONGEST_SUBJECT) return this.#refuse('sign_in_refused');
    const { iss: issuer, sub: subject, preferred_username: preferred, email } = claims;
    const names = [preferred, email, subject];
    const roles = claimedRoles(claims, this.parts.settings);
    const account = await accountOf(this.parts, { issuer, subject, names, roles });
    if (account?.isDisabled === true) return this.#refuse('sign_in_refused', account.id);
    if (!account || roles.length === 0) return this.#refuse('no_role', account?.id);
    return succeed(await this.#begin(account.id, { isNew: account.isNew, issuer, client, roles }));
  }

  async #begin(
    id: string,
    { isNew, issuer, client, roles }: { isNew: boolean; issuer: string; client: string; roles: readonly string[] },
  ): Promise<BegunSession> {
    const { audit, sessions } = this.parts;
    const begun = await sessions.begin({ userId: id, signedInBy: 'oidc', client });
    const actor = { kind: 'system', id: 'oidc' } as const;
    const subject = { kind: 'user', id };
    if (isNew) await audit({ actor, action: 'user.created', subject, outcome: 'done', details: { issuer, roles } });
    const session = { kind: 'session', id: begun.session.id };
    const details = { method: 'oidc', issuer };
    await audit({ actor: { kind: 'user', id }, action: 'session.begun', subject: session, outcome: 'done', details });
    return begun;
  }

  /**
   * What the provider says of somebody, checked: issuer, audience, times, state, nonce and PKCE, and its signature by the provider's published keys. TLS
   * to its own address would do (OpenID Connect Core 1.0, §3.1.3.7, 6); it may end at a proxy, or be missing in a trial.
   */
  async #claims(configuration: Configuration, query: URLSearchParams, { state, nonce, verifier }: OidcFlow) {
    const back = new URL(this.parts.settings.redirectUri);
    back.search = query.toString();
    try {
      const tokens = await authorizationCodeGrant(configuration, back, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      });
      return tokens.claims();
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw new OidcUnavailableError(error);
    }
  }

  /** Asked for when it is needed first: a provider that is away must not keep everything else from starting. */
  async #configuration(): Promise<Configuration> {
    const now = performance.now();
    const isFresh = this.#discovered !== undefined && now - this.#discovered.at < DISCOVERY_TTL_MS;
    this.#discovered = isFresh && this.#discovered ? this.#discovered : { configuration: this.#discover(), at: now };
    try {
      return await this.#discovered.configuration;
    } catch (error) {
      this.#discovered = undefined;
      throw new OidcUnavailableError(error);
    }
  }

  #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.parts.settings;
    const server = new URL(issuer);
    // Only where the settings allow it: on this machine, and for trials.
    const insecure = server.protocol === 'http:' ? [allowInsecureRequests] : [];
    const execute = [...insecure, enableNonRepudiationChecks];
    const authentication = clientSecret === undefined ? None() : ClientSecretPost(clientSecret);
    return discovery(server, clientId, undefined, authentication, { timeout: TIMEOUT_S, execute });
  }

  async #refuse(reason: OidcFailure, id?: string): Promise<Result<never, OidcFailure>> {
    const subject = id === undefined ? {} : { subject: { kind: 'user', id } };
    const actor = { kind: 'anonymous', id: 'oidc' } as const;
    await this.parts.audit({ actor, action: 'session.begun', outcome: 'refused', ...subject, details: { reason } });
    return fail(reason);
  }
}

/** The provider said no, or what came back does not fit: a wrong state, nonce, signature, an old code. */
function isRefusal(error: unknown): boolean {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) return true;
  return error instanceof ClientError && error.code !== 'OAUTH_TIMEOUT';
}
