import { type AuditTrail as AccessTrail } from '#platform/access';
import { type AuditLog } from '#platform/audit';

/** What is done to keys, users and sessions, in the audit log of the installation. */
export const accessAudit =
  (log: AuditLog): AccessTrail =>
  ({ subject, outcome, ...entry }) =>
    log.record({
      ...entry,
      subject: subject === undefined ? 'none' : `${subject.kind}:${subject.id}`,
      outcome: outcome === 'done' ? 'succeeded' : outcome,
    });
