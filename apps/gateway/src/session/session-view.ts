import { type AbilityRule, type Role, rulesOf, type Scope } from '#contracts';
import { type Principal, type SessionView } from '#platform/access';

/** Who calls, and what they may do: rules for `createMongoAbility` of @casl/ability. */
export interface MeView {
  readonly kind: 'user' | 'key';
  readonly id: string;
  readonly name: string;
  readonly roles?: readonly Role[];
  readonly scopes?: readonly Scope[];
  readonly sessionId?: string;
  readonly rules: readonly AbilityRule[];
}

export const meView = (principal: Principal): MeView => ({ ...principal, rules: rulesOf(principal) });

/** A session for people: times as RFC 3339. */
export interface SessionDocument {
  readonly id: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly signedInBy: 'password' | 'oidc';
  readonly client: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  /** The one that asks. */
  readonly current: boolean;
}

export const sessionDocument = (session: SessionView, currentId: string | undefined): SessionDocument => ({
  id: session.id,
  user: { id: session.userId, name: session.userName },
  signedInBy: session.signedInBy,
  client: session.client,
  createdAt: isoOf(session.createdAt),
  lastSeenAt: isoOf(session.lastSeenAt),
  expiresAt: isoOf(session.expiresAt),
  current: session.id === currentId,
});

const isoOf = (at: number): string => new Date(at).toISOString();
