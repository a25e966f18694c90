import { type AuditDetails, auditDetails, type NewAuditEntry } from './audit-log.port.js';

/** What stands for a text that does not belong into the audit log. */
export const WITHHELD = 'withheld';

/** Ids, names of our own things, times and positions: one word without `@`, which no sentence or address is. */
const word = /^[A-Za-z0-9_:./{}*-]{1,200}$/;
const MOST_LISTED = 20;

/** An entry as the database takes it: words, and details in canonical JSON. */
export interface ToldEntry {
  readonly actorKind: string;
  readonly actorId: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly details: string;
  readonly requestId: string | null;
}

export function toldEntry({ actor, action, subject, outcome, details = {}, requestId }: NewAuditEntry): ToldEntry {
  return {
    actorKind: actor.kind,
    actorId: wordOf(actor.id),
    action,
    subject: wordOf(subject),
    outcome,
    details: JSON.stringify(allowedDetails(details)),
    requestId: requestId === undefined ? null : wordOf(requestId),
  };
}

const wordOf = (text: string): string => (word.test(text) ? text : WITHHELD);

/** The details that are listed, in the order of their names, as RFC 8785 wants them. */
function allowedDetails(details: AuditDetails): Readonly<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = details;
  return Object.fromEntries(
    [...auditDetails].sort().flatMap((name) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined ? [] : [[name, valueOf(value)]];
    }),
  );
}

function valueOf(value: unknown): unknown {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return wordOf(value);
  if (!Array.isArray(value)) return WITHHELD;
  return value.slice(0, MOST_LISTED).map((one: unknown) => (typeof one === 'string' ? wordOf(one) : WITHHELD));
}
