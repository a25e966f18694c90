import { hash } from 'node:crypto';
import { type AuditEntry } from './audit-log.port.js';

/** What the first entry follows. */
export const BEFORE_THE_FIRST = '0'.repeat(64);

/**
 * What the hash is made of: the entry as JSON in the canonical form of RFC 8785 (members by name, no white space), with the hash of
 * the entry before. The details go in as they are stored. `audit.record` makes the same text; a test compares them.
 */
export function canonicalJson(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, at, actor, action, subject, outcome, details, requestId, previousHash } = entry;
  return (
    `{"action":${text(action)},"actor":{"id":${text(actor.id)},"kind":${text(actor.kind)}},"at":${text(at)},` +
    `"details":${details},"outcome":${text(outcome)},"previousHash":${text(previousHash)},` +
    `"requestId":${text(requestId)},"sequence":${text(sequence.toString())},"subject":${text(subject)}}`
  );
}

const text = (value: string | null): string => JSON.stringify(value);

/** SHA-256, 64 hexadecimal digits. */
export const hashOf = (entry: Omit<AuditEntry, 'hash'>): string => hash('sha256', canonicalJson(entry));
