import { type EpochMs } from '#kernel';

/** Who did it: an API key, a person with an account, a person at the machine's shell, Safar itself, or somebody unknown. */
export const actorKinds = ['key', 'user', 'operator', 'system', 'anonymous'] as const;
export type ActorKind = (typeof actorKinds)[number];

export interface AuditActor {
  readonly kind: ActorKind;
  /** Of the key or user, a UUID; of an operator, the account at the machine. Never a name or an address of a customer. */
  readonly id: string;
}

/** Done, not allowed or not possible for a reason of the caller's, or broken off by an error. */
export const auditOutcomes = ['succeeded', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** Every detail that an entry may carry. Ids, names of our own things, numbers: nothing that a person typed. */
export const auditDetails = [
  'after',
  'build',
  'changed',
  'count',
  'epoch',
  'expiresAt',
  'issuer',
  'key',
  'keyId',
  'limit',
  'method',
  'overlapMs',
  'personal',
  'position',
  'reason',
  'role',
  'roles',
  'scopes',
  'timer',
  'version',
] as const;
export type AuditDetail = (typeof auditDetails)[number];
export type AuditDetails = Readonly<
  Partial<Record<AuditDetail, string | number | bigint | boolean | readonly string[] | undefined>>
>;

/** What is told of an act; sequence, time and hash are the log's. */
export interface NewAuditEntry {
  readonly actor: AuditActor;
  /** `<noun>.<what happened to it>`: `customer.erased`, `api_key.created`; docs/how-to/audit.md lists them. Small letters, at most 60. */
  readonly action: string;
  /** What it was done to: `customer:<uuid>`, `projection:timeline`, `api_key:<uuid>`, `user:<uuid>`; `none`. */
  readonly subject: string;
  readonly outcome: AuditOutcome;
  readonly details?: AuditDetails;
  /** Of the HTTP request, as its answer and the log carry it. */
  readonly requestId?: string | undefined;
}

export interface AuditLog {
  /**
   * Durable when it resolves. A text that is longer than 200 characters or holds anything but the letters, digits and signs of an id
   * is stored as `withheld`: an act is never left out because of how it was told, and nothing personal gets in.
   *
   * An act that hands data out is recorded before the first byte leaves; one that changes something, after it, with its outcome.
   */
  record(entry: NewAuditEntry): Promise<void>;
}

/** An entry as it is stored: what its hash is made of, and the hash. */
export interface AuditEntry {
  /** 1, 2, 3, … without a hole. */
  readonly sequence: bigint;
  /** RFC 3339 in UTC with milliseconds, by the database's clock; never before that of the entry before. */
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  /** A JSON object, as it was stored. */
  readonly details: string;
  readonly requestId: string | null;
  /** Hash of the entry before, 64 hexadecimal digits; zeros before the first. */
  readonly previousHash: string;
  /** SHA-256 of the canonical JSON of all the others, 64 hexadecimal digits. */
  readonly hash: string;
}

export interface AuditFilter {
  readonly since?: EpochMs;
  /** `kind:id`, or an id alone. */
  readonly actor?: string;
  readonly action?: string;
  /** The newest that many, 1–100,000; 1,000 by default. */
  readonly limit?: number;
}

export interface ReadAuditLog {
  /** Oldest first. */
  list(filter?: AuditFilter): Promise<readonly AuditEntry[]>;
}
