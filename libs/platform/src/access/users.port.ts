import { type Role } from '#contracts';
import { type EpochMs, type Result } from '#kernel';
import { type Actor } from './principal.js';

/** A person's account. */
export interface UserView {
  /** UUID. */
  readonly id: string;
  /** What they sign in with; small letters. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Where their identity is kept: a password here, or an issuer of OpenID Connect. */
  readonly signsInBy: 'password' | 'oidc';
  readonly createdAt: EpochMs;
  readonly createdBy: string;
  readonly disabledAt: EpochMs | undefined;
}

export interface NewUser {
  /** Letters and digits of any script and `. _ @ + -`, 1–100 characters; capitals and Arabic letters are folded. */
  readonly name: string;
  /** At least one. */
  readonly roles: readonly Role[];
}

export interface IssuedPassword {
  readonly id: string;
  readonly name: string;
  /** Shown once: only its hash is kept. */
  readonly password: string;
}

export type UserFailure = 'user_not_found' | 'name_taken' | 'invalid_name' | 'no_role' | 'last_admin';

/** Accounts. There is always somebody left who can administer: the last admin is neither disabled nor demoted. */
export interface Users {
  /** With a password that is made here. */
  add(user: NewUser, by: Actor): Promise<Result<IssuedPassword, UserFailure>>;
  /** An admin, if there is no account at all yet; of several processes that start together, in one of them. */
  addFirst(): Promise<IssuedPassword | undefined>;
  /** Oldest first. */
  list(): Promise<readonly UserView[]>;
  /** By name or id. */
  find(reference: string): Promise<UserView | undefined>;
  /** Takes effect within 2 s in every process. */
  setRoles(reference: string, roles: readonly Role[], by: Actor): Promise<Result<UserView, UserFailure>>;
  /** A disabled user is signed out everywhere, and cannot sign in. */
  setDisabled(reference: string, disabled: boolean, by: Actor): Promise<Result<UserView, UserFailure>>;
  /** A new password; signed out everywhere. */
  resetPassword(reference: string, by: Actor): Promise<Result<IssuedPassword, UserFailure>>;
}
