import { type CustomerIdentifierView, type CustomerListItemView } from '#contracts';
import { type EpochMs } from '#kernel';
import { type CustomerRow } from './customers.projection.js';
import { type IdentifierClaim } from './identifier-claims.js';

/** What a list shows of a customer; each value as the projection declares its column. */
export const listColumns = `
  persona_id, display_name, customer_kind, language, country, city, identifiers, first_seen, last_seen, touchpoint_count`;

export type ListColumns = Pick<
  CustomerRow,
  | 'persona_id'
  | 'display_name'
  | 'customer_kind'
  | 'language'
  | 'country'
  | 'city'
  | 'identifiers'
  | 'first_seen'
  | 'last_seen'
  | 'touchpoint_count'
>;

export const rfc3339 = (time: EpochMs): string => new Date(time).toISOString();

export const toListItem = (row: ListColumns, maxIdentifiers: number): CustomerListItemView => ({
  id: row.persona_id,
  displayName: row.display_name,
  customerKind: row.customer_kind,
  language: row.language,
  country: row.country,
  city: row.city,
  identifiers: row.identifiers.slice(0, maxIdentifiers).map(toIdentifierView),
  firstSeen: rfc3339(row.first_seen),
  lastSeen: rfc3339(row.last_seen),
  touchpointCount: Number(row.touchpoint_count),
});

const toIdentifierView = ({ kind, value, personaId, at }: IdentifierClaim): CustomerIdentifierView => ({
  kind,
  value,
  personaId,
  lastSeen: rfc3339(at),
});
