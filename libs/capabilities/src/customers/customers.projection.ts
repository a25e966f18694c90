import { type CustomerEvent, everyTouchpoint, type TouchpointEvent } from '#contracts';
import { allGone, type Projection } from '#kernel';
import { mergeProfiles, profileClaims, type ProfileClaims } from './claim.js';
import { identifierClaims, mergeIdentifiers, sameIdentifiers, type IdentifierClaim } from './identifier-claims.js';
import { mergeRevenue, revenueOf, type Revenue } from './revenue.js';
import { searchTextOf } from './search-text.js';

type Counts = Readonly<Record<string, number>>;

/** What is known about a customer, as features that can be merged: of any two parts of a history, in any order. */
export type CustomerRow = {
  readonly persona_id: string;
  readonly profile: ProfileClaims;
  readonly display_name: string | null;
  readonly customer_kind: string | null;
  readonly language: string | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly identifiers: readonly IdentifierClaim[];
  readonly first_seen: number;
  readonly last_seen: number;
  readonly touchpoint_count: bigint;
  readonly kind_counts: Counts;
  readonly channel_counts: Counts;
  readonly revenue: Revenue;
  readonly last_position: bigint;
  readonly search_text: string;
};

/** The rows behind the list of customers: one for each persona that has a stream. Personal data; dropped by an erasure. */
export const customers: Projection<CustomerRow, CustomerEvent> = {
  name: 'customers',
  version: 1,
  reads: 'opened',
  table: {
    columns: {
      persona_id: { type: 'uuid' },
      profile: { type: 'jsonb' },
      display_name: { type: 'text', nullable: true },
      customer_kind: { type: 'text', nullable: true },
      language: { type: 'text', nullable: true },
      country: { type: 'text', nullable: true },
      city: { type: 'text', nullable: true },
      identifiers: { type: 'jsonb' },
      first_seen: { type: 'timestamp' },
      last_seen: { type: 'timestamp' },
      touchpoint_count: { type: 'bigint' },
      kind_counts: { type: 'jsonb' },
      channel_counts: { type: 'jsonb' },
      revenue: { type: 'jsonb' },
      last_position: { type: 'bigint' },
      search_text: { type: 'text' },
    },
    primaryKey: ['persona_id'],
    owner: 'persona_id',
    // The order of the list. A search reads the whole table: parts of words need trigrams, which not every server has.
    indexes: [{ on: 'last_seen, persona_id' }],
  },
  keys: ({ key }) => [[key]],
  when: {
    ...everyTouchpoint<CustomerRow>((row, event) => (row === undefined ? rowOf(event) : mergeRows(row, rowOf(event)))),
    'persona.erased': () => allGone,
  },
};

/** A history of this one event. */
function rowOf({ key, type, occurredAt, position, data }: TouchpointEvent): CustomerRow {
  const said = { at: occurredAt, position: position.toString() };
  const profile = profileClaims(data.profile ?? {}, said);
  const identifiers = identifierClaims(data.identifiers ?? [], data.personas, said);
  return {
    persona_id: key,
    ...profileColumns(profile),
    identifiers,
    first_seen: occurredAt,
    last_seen: occurredAt,
    touchpoint_count: 1n,
    // By the type: names of custom kinds have no limit.
    kind_counts: { [type.slice('touchpoint.'.length)]: 1 },
    channel_counts: data.channel === null ? {} : { [data.channel]: 1 },
    revenue: revenueOf(type, data.details),
    last_position: position,
    search_text: searchTextOf(profile.name?.value ?? null, identifiers),
  };
}

/** Of two parts of one customer's history, which have no event in common, the features of both together. */
export function mergeRows(a: CustomerRow, b: CustomerRow): CustomerRow {
  const profile = mergeProfiles(a.profile, b.profile);
  const identifiers = mergeIdentifiers(a.identifiers, b.identifiers);
  const columns = profileColumns(profile);
  const foundAsBefore = columns.display_name === a.display_name && sameIdentifiers(identifiers, a.identifiers);
  return {
    persona_id: a.persona_id,
    ...columns,
    identifiers,
    first_seen: Math.min(a.first_seen, b.first_seen),
    last_seen: Math.max(a.last_seen, b.last_seen),
    touchpoint_count: a.touchpoint_count + b.touchpoint_count,
    kind_counts: addCounts(a.kind_counts, b.kind_counts),
    channel_counts: addCounts(a.channel_counts, b.channel_counts),
    revenue: mergeRevenue(a.revenue, b.revenue),
    last_position: a.last_position > b.last_position ? a.last_position : b.last_position,
    search_text: foundAsBefore ? a.search_text : searchTextOf(columns.display_name, identifiers),
  };
}

const profileColumns = (profile: ProfileClaims) => ({
  profile,
  display_name: profile.name?.value ?? null,
  customer_kind: profile.customerKind?.value ?? null,
  language: profile.language?.value ?? null,
  country: profile.country?.value ?? null,
  city: profile.city?.value ?? null,
});

function addCounts(a: Counts, b: Counts): Counts {
  const sums: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
