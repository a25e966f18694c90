import { type CustomerEvent, everyTouchpoint, type TouchpointEvent } from '#contracts';
import { allGone, type Projection } from '#kernel';
import { mergeProfiles, profileClaims, type ProfileClaims } from './claim.js';
import { identifierClaims, mergeIdentifiers, sameIdentifiers, type IdentifierClaim } from './identifier-claims.js';
import { mergeRevenue, revenueOf, type Revenue } from './revenue.js';
import { searchTextOf } from './search-text.js';

type Counts = Readonly<Record<string, number>>;

/** What is known about a customer, as features that can be merged: of any two parts of a history, in any order. */
export type CustomerFeatures = {
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
  /** Of the stream after the event at `last_position`; `5.2` is version 5 of the second incarnation's stream. */
  readonly stream_version: string;
};

export type CustomerRow = CustomerFeatures & {
  /** What a search looks at; follows from the name and the identifiers. */
  readonly search_text: string;
};

/** The rows behind the list of customers: one for each persona that has a stream. Personal data; dropped by an erasure. */
export const customers: Projection<CustomerRow, CustomerEvent> = {
  name: 'customers',
  version: 2,
  reads: 'opened',
  table: {
    columns: {
      persona_id: { type: 'uuid' },
      // Nothing looks into these in SQL, and a row of `json` takes a third less time to fold than one of `jsonb`.
      profile: { type: 'json' },
      display_name: { type: 'text', nullable: true },
      customer_kind: { type: 'text', nullable: true },
      language: { type: 'text', nullable: true },
      country: { type: 'text', nullable: true },
      city: { type: 'text', nullable: true },
      identifiers: { type: 'json' },
      first_seen: { type: 'timestamp' },
      last_seen: { type: 'timestamp' },
      touchpoint_count: { type: 'bigint' },
      kind_counts: { type: 'json' },
      channel_counts: { type: 'json' },
      revenue: { type: 'json' },
      last_position: { type: 'bigint' },
      stream_version: { type: 'text' },
      search_text: { type: 'text' },
    },
    primaryKey: ['persona_id'],
    owner: 'persona_id',
    // The order of the list. A search reads the whole table: parts of words need trigrams, which not every server has.
    indexes: [{ on: 'last_seen, persona_id' }],
  },
  keys: ({ key }) => [[key]],
  when: {
    ...everyTouchpoint<CustomerRow>((row, event) => {
      const features = featuresOf(event);
      return row === undefined ? { ...features, search_text: searchText(features) } : extendRow(row, features);
    }),
    'persona.erased': () => allGone,
  },
};

/** Of a history of this one event. */
function featuresOf(event: TouchpointEvent): CustomerFeatures {
  const { key, type, occurredAt, position, data } = event;
  const said = { at: occurredAt, position: position.toString() };
  return {
    persona_id: key,
    ...profileColumns(profileClaims(data.profile ?? {}, said)),
    identifiers: identifierClaims(data.identifiers ?? [], data.personas, said),
    first_seen: occurredAt,
    last_seen: occurredAt,
    touchpoint_count: 1n,
    // By the type: names of custom kinds have no limit.
    kind_counts: { [type.slice('touchpoint.'.length)]: 1 },
    channel_counts: data.channel === null ? {} : { [data.channel]: 1 },
    revenue: revenueOf(type, data.details),
    last_position: position,
    stream_version: streamVersion(event),
  };
}

/** The row of a history and of another part of it, which has no event in common with the first. */
export function extendRow(row: CustomerRow, more: CustomerFeatures): CustomerRow {
  const merged = mergeFeatures(row, more);
  // Folding text is most of the work of a row, and a customer's second event seldom says anything new.
  const foundAsBefore =
    merged.display_name === row.display_name && sameIdentifiers(merged.identifiers, row.identifiers);
  return { ...merged, search_text: foundAsBefore ? row.search_text : searchText(merged) };
}

const searchText = ({ display_name: name, identifiers }: CustomerFeatures): string => searchTextOf(name, identifiers);

const mergeFeatures = (a: CustomerFeatures, b: CustomerFeatures): CustomerFeatures => ({
  persona_id: a.persona_id,
  ...profileColumns(mergeProfiles(a.profile, b.profile)),
  identifiers: mergeIdentifiers(a.identifiers, b.identifiers),
  first_seen: Math.min(a.first_seen, b.first_seen),
  last_seen: Math.max(a.last_seen, b.last_seen),
  touchpoint_count: a.touchpoint_count + b.touchpoint_count,
  kind_counts: addCounts(a.kind_counts, b.kind_counts),
  channel_counts: addCounts(a.channel_counts, b.channel_counts),
  revenue: mergeRevenue(a.revenue, b.revenue),
  last_position: a.last_position > b.last_position ? a.last_position : b.last_position,
  stream_version: a.last_position > b.last_position ? a.stream_version : b.stream_version,
});

/** Versions begin again with each incarnation: without it, somebody who came back could look as they were before the erasure. */
function streamVersion({ stream, key, version }: TouchpointEvent): string {
  const incarnation = stream.slice(`persona-${key}-`.length);
  return incarnation === '' ? String(version) : `${String(version)}.${incarnation}`;
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
