import { type Pool } from 'pg';
import { type Clock } from '#kernel';
import { type ApiKeys } from './api-keys.port.js';
import { type AuditTrail } from './audit-trail.port.js';
import { createOidcSignIn } from './oidc/create-oidc-sign-in.js';
import { type OidcSettings, type OidcSignIn } from './oidc/oidc.port.js';
import { createApiKeys } from './postgres/create-api-keys.js';
import { createSessions } from './postgres/create-sessions.js';
import { createUsers } from './postgres/create-users.js';
import { type SessionLimits, type Sessions } from './sessions.port.js';
import { createDevices } from './sign-in/devices.js';
import { createAttemptLimits } from './sign-in/attempt-limits.js';
import { Passwords } from './sign-in/passwords.js';
import { createSignIn, type SignIn } from './sign-in/sign-in.js';
import { type Users } from './users.port.js';

/** Who may come in, and how. */
export interface Access {
  readonly apiKeys: ApiKeys;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  /** Where an issuer is set up. */
  readonly oidc: OidcSignIn | undefined;
}

export interface AccessParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly sessionLimits: SessionLimits;
  readonly oidc?: OidcSettings | undefined;
  /** The clock that caches age by; nobody can set it back. */
  readonly elapsedMs?: () => number;
}

export function createAccess({ sessionLimits, oidc, ...parts }: AccessParts): Access {
  const passwords = new Passwords();
  const sessions = createSessions({ ...parts, limits: sessionLimits });
  return {
    apiKeys: createApiKeys(parts),
    sessions,
    users: createUsers({ ...parts, passwords, sessions }),
    signIn: createSignIn({
      ...{ ...parts, passwords, sessions },
      ...{ limits: createAttemptLimits(parts.pool), devices: createDevices(parts) },
    }),
    oidc: oidc && createOidcSignIn({ ...parts, sessions, settings: oidc }),
  };
}
