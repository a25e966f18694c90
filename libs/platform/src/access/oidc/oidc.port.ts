import { type Role } from '#contracts';
import { type Result } from '#kernel';
import { type BegunSession } from '../sessions.port.js';

export interface OidcSettings {
  /** As the provider writes it, for example `https://login.example.com/realms/company`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Without one, this is a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  /** With spaces between; `openid` is one of them. */
  readonly scope: string;
  /** A claim of the id token, or a path into one with dots between: `roles`, `realm_access.roles`. */
  readonly rolesClaim: string;
  /** What the claim calls a role, and ours. */
  readonly roleMap: Readonly<Record<string, Role>>;
  /** Where the provider sends people back to. */
  readonly redirectUri: string;
}

/** What must be the same at both ends of a sign-in. Kept by the browser that began it, and by nobody else. */
export interface OidcFlow {
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636 §4.1. */
  readonly verifier: string;
}

export type OidcFailure = 'sign_in_refused' | 'no_role';

/** The provider cannot be reached, or answers nonsense. */
export class OidcUnavailableError extends Error {
  override readonly name = 'OidcUnavailableError';
  readonly retryAfterMs = 5_000;
  constructor(cause: unknown) {
    super('the identity provider cannot be reached', { cause });
  }
}

/** Signing in at an issuer of OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce. */
export interface OidcSignIn {
  /** Where to send the browser. @throws OidcUnavailableError */
  begin(): Promise<{ readonly url: string; readonly flow: OidcFlow }>;
  /**
   * The browser is back. Whoever was never here gets an account of their own: an account is known by issuer and subject only, never by
   * an e-mail address or a name, which others may come to own. Roles are those of the claim, at every sign-in.
   * @param query of the address that it came back to
   * @param client what the browser calls itself
   * @throws OidcUnavailableError
   */
  finish(query: URLSearchParams, flow: OidcFlow, client: string): Promise<Result<BegunSession, OidcFailure>>;
}
