import { type Role, type Scope } from '#contracts';

/** An API key that calls. */
export interface KeyPrincipal {
  readonly kind: 'key';
  /** UUID; safe to log. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The only sites whose pages may call with it. */
  readonly origins?: readonly string[];
}

/** A person who signed in. */
export interface UserPrincipal {
  readonly kind: 'user';
  /** UUID; safe to log. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** UUID of the session that they call with; not its token. */
  readonly sessionId: string;
}

/** Who calls. */
export type Principal = KeyPrincipal | UserPrincipal;

/** Who did something: also somebody at the machine's own command line, and Safar itself. */
export interface Actor {
  readonly kind: 'key' | 'user' | 'operator' | 'anonymous' | 'system';
  /** UUID of a key or a user, account of the machine, or a word; never a secret. At most 128 characters. */
  readonly id: string;
}

export const actorOf = ({ kind, id }: Principal): Actor => ({ kind, id });

/** `user:0198…`: as it is kept beside what they made. */
export const actorText = ({ kind, id }: Actor): string => `${kind}:${id}`.slice(0, 200);
