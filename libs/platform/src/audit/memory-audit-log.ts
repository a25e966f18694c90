import { type AuditLog, type NewAuditEntry } from './audit-log.port.js';

/** For tests of those who record: what they told, in order. */
export class MemoryAuditLog implements AuditLog {
  readonly entries: NewAuditEntry[] = [];

  record(entry: NewAuditEntry): Promise<void> {
    this.entries.push(entry);
    return Promise.resolve();
  }
}
