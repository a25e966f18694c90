import { type Actor } from './principal.js';

/** What is written down of an administrative act. Ids and words only: no secret, no personal data. */
export interface AuditEntry {
  readonly actor: Actor;
  /** `noun.verb`, for example `api_key.created`. */
  readonly action: string;
  /** What it was done to. */
  readonly subject?: { readonly kind: string; readonly id: string };
  readonly outcome: 'done' | 'refused';
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** Resolves when the entry is durable. When it throws, whoever acted is told that it failed. */
export type AuditTrail = (entry: AuditEntry) => Promise<void>;

export const noAudit: AuditTrail = () => Promise.resolve();
