import { type EpochMs } from '#kernel';
import { type Actor, type UserPrincipal } from './principal.js';

export interface SessionView {
  /** UUID; not the token. */
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly signedInBy: 'password' | 'oidc';
  /** What the browser calls itself; at most 200 characters, not to be trusted. */
  readonly client: string;
  readonly createdAt: EpochMs;
  /** To the minute. */
  readonly lastSeenAt: EpochMs;
  /** The latest that it can end; without use it ends earlier. */
  readonly expiresAt: EpochMs;
}

export interface BegunSession {
  readonly session: SessionView;
  /** For the cookie. Shown once: only its hash is kept. */
  readonly token: string;
}

export interface NewSession {
  readonly userId: string;
  readonly signedInBy: SessionView['signedInBy'];
  readonly client: string;
}

export interface SessionLimits {
  /** Without a request for this long, a session ends. */
  readonly idleTimeoutMs: number;
  /** A session ends after this, whatever happens. */
  readonly lifetimeMs: number;
}

export interface Sessions {
  /**
   * Who calls with this token; nobody when the session ended, expired or was idle, or the user is disabled. What another process
   * changed is known within 2 s.
   * @param activity whether a person did something: a stream that stays open is no sign of life
   */
  verify(token: string, activity: boolean): Promise<UserPrincipal | undefined>;
  begin(session: NewSession): Promise<BegunSession>;
  /** Those that still work, the newest first: everybody's, or of one user. */
  list(userId?: string): Promise<readonly SessionView[]>;
  /** @param ofUser only if it is theirs; false when there is no such session */
  end(id: string, by: Actor, ofUser?: string): Promise<boolean>;
  /** All of a user, but for one. How many. */
  endAll(userId: string, by: Actor, exceptId?: string): Promise<number>;
}
