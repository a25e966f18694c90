import { type CustomerIdentifierView, type CustomerListItemView } from '#contracts';
import { type EpochMs } from '#kernel';
import { type IdentifierClaim } from './identifier-claims.js';

/** What a list shows of a customer. Numbers leave as text or float8, so that it does not matter how the driver reads a bigint. */
export const listColumns = `
  persona_id::text AS id, display_name, customer_kind, language, country, city, identifiers,
  (extract(epoch FROM first_seen) * 1000)::float8 AS first_seen,
  (extract(epoch FROM last_seen) * 1000)::float8 AS last_seen,
  touchpoint_count::float8 AS touchpoint_count`;

export interface ListColumns {
  readonly id: string;
  readonly display_name: string | null;
  readonly customer_kind: string | null;
  readonly language: string | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly identifiers: readonly IdentifierClaim[];
  readonly first_seen: EpochMs;
  readonly last_seen: EpochMs;
  readonly touchpoint_count: number;
}

export const rfc3339 = (time: EpochMs): string => new Date(time).toISOString();

export const toListItem = (row: ListColumns, maxIdentifiers: number): CustomerListItemView => ({
  id: row.id,
  displayName: row.display_name,
  customerKind: row.customer_kind,
  language: row.language,
  country: row.country,
  city: row.city,
  identifiers: row.identifiers.slice(0, maxIdentifiers).map(toIdentifierView),
  firstSeen: rfc3339(row.first_seen),
  lastSeen: rfc3339(row.last_seen),
  touchpointCount: row.touchpoint_count,
});

const toIdentifierView = ({ kind, value, personaId, at }: IdentifierClaim): CustomerIdentifierView => ({
  kind,
  value,
  personaId,
  lastSeen: rfc3339(at),
});
