import { type Pool } from 'pg';
import { fail, type Result, succeed } from '#kernel';
import { type AuditTrail } from '../audit-trail.port.js';
import { type UserRow } from '../postgres/create-users.js';
import { type UserPrincipal } from '../principal.js';
import { type BegunSession, type Sessions } from '../sessions.port.js';
import { userName } from '../user-name.js';
import { type Attempt, type AttemptLimits } from './attempt-limits.js';
import { type Devices } from './devices.js';
import { type Passwords, weaknessOf } from './passwords.js';

export interface SignInRequest {
  readonly name: string;
  readonly password: string;
  /** IP address of the caller. */
  readonly address: string;
  /** What the browser calls itself. */
  readonly client: string;
  /** What it kept of an earlier sign-in, or says so. */
  readonly device?: string | undefined;
}

export interface SignedIn extends BegunSession {
  /** For the browser to keep: with it, no stranger's guesses shut it out. */
  readonly device: string;
}

export interface PasswordChange {
  readonly current: string;
  readonly next: string;
  readonly address: string;
}

export type SignInFailure =
  { readonly code: 'sign_in_refused' } | { readonly code: 'too_many_attempts'; readonly retryAfterMs: number };

export type PasswordFailure = SignInFailure | { readonly code: 'weak_password' };

/** Signing in with a password. */
export interface SignIn {
  /**
   * A wrong password, an unknown name and a disabled account get one answer, after the same work.
   * @throws PasswordsBusyError
   */
  withPassword(request: SignInRequest): Promise<Result<SignedIn, SignInFailure>>;
  /** Ends the user's other sessions. @throws PasswordsBusyError */
  changePassword(user: UserPrincipal, change: PasswordChange): Promise<Result<undefined, PasswordFailure>>;
}

export interface SignInParts {
  readonly pool: Pool;
  readonly audit: AuditTrail;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly limits: AttemptLimits;
  readonly devices: Devices;
}

const refused = fail({ code: 'sign_in_refused' } as const);

export function createSignIn({ pool, audit, passwords, sessions, limits, devices }: SignInParts): SignIn {
  /** The user, if this is their password. Their hash is renewed when it was made with other parameters. */
  const check = async (attempt: Attempt, password: string): Promise<Result<UserRow, SignInFailure>> => {
    const { name } = attempt;
    const retryAfterMs = await limits.take(attempt);
    if (retryAfterMs !== undefined) return fail({ code: 'too_many_attempts', retryAfterMs });
    const { rows } = await pool.query<UserRow>('SELECT * FROM access.users WHERE name = $1', [name]);
    const [user] = rows;
    const stored = user && user.disabled_at === null ? (user.password_hash ?? undefined) : undefined;
    if (!(await passwords.matches(stored, password)) || !user || stored === undefined) {
      const subject = user && { kind: 'user', id: user.id };
      const actor = { kind: 'anonymous', id: 'sign-in' } as const;
      await audit({ actor, action: 'session.begun', outcome: 'refused', ...(subject && { subject }) });
      return refused;
    }
    await limits.succeeded(attempt);
    if (passwords.isOutdated(stored)) await keep(user.id, password, stored);
    return succeed(user);
  };
  /** Not over one that was set in the meantime. */
  const keep = async (id: string, password: string, before: string): Promise<boolean> => {
    const { rowCount } = await pool.query(
      'UPDATE access.users SET password_hash = $2 WHERE id = $1 AND password_hash = $3',
      [id, await passwords.hash(password), before],
    );
    return rowCount === 1;
  };
  return {
    async withPassword({ name: typed, password, address, client, device: token }) {
      // What cannot be a name is nobody's, and costs as much.
      const name = userName(typed) ?? '';
      const device = await devices.known(token, name);
      const checked = await check({ name, address, device }, password);
      if (!checked.ok) return checked;
      const { id } = checked.value;
      const begun = await sessions.begin({ userId: id, signedInBy: 'password', client });
      const subject = { kind: 'session', id: begun.session.id };
      await audit({ actor: { kind: 'user', id }, action: 'session.begun', subject, outcome: 'done' });
      return succeed({ ...begun, device: await devices.remember(id, device === undefined ? undefined : token) });
    },
    async changePassword(user, { current, next, address }) {
      const checked = await check({ name: user.name, address, device: user.sessionId }, current);
      if (!checked.ok) return checked;
      if (weaknessOf(next, user.name) !== undefined) return fail({ code: 'weak_password' });
      const isKept = await keep(user.id, next, checked.value.password_hash ?? '');
      if (!isKept) return refused;
      const actor = { kind: 'user', id: user.id } as const;
      await sessions.endAll(user.id, actor, user.sessionId);
      await audit({ actor, action: 'user.password_changed', subject: { kind: 'user', id: user.id }, outcome: 'done' });
      return succeed(undefined);
    },
  };
}
