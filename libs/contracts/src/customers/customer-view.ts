import { type Channel, type Identifier, type TouchpointKind } from '../touchpoints/touchpoint-event.js';
import { type Page } from '../paging.js';

/** An identifier that a customer's touchpoints named. */
export interface CustomerIdentifierView extends Identifier {
  /** UUID of the persona that it stands for. */
  readonly personaId: string;
  /** RFC 3339; when it was last used, by `occurredAt`. */
  readonly lastSeen: string;
}

/** A customer as a list shows them. Times are RFC 3339 in UTC. What no touchpoint has said is `null`. */
export interface CustomerListItemView {
  readonly id: string;
  readonly displayName: string | null;
  readonly customerKind: string | null;
  readonly language: string | null;
  readonly country: string | null;
  readonly city: string | null;
  /** The most recently used ones, at most 5. */
  readonly identifiers: readonly CustomerIdentifierView[];
  /** Earliest and latest `occurredAt`. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly touchpointCount: number;
}

/** What one customer bought and gave back in one currency: exact decimals, for example `12.30`. */
export interface RevenueView {
  /** ISO 4217. */
  readonly currency: string;
  /** Sum of the amounts of purchases. */
  readonly purchases: string;
  /** Sum of the amounts of returns. */
  readonly returns: string;
  /** Purchases − returns; negative where more came back than we know to have been sold. */
  readonly net: string;
}

export interface CustomerView extends CustomerListItemView {
  /** The most recently used ones, at most 50. */
  readonly identifiers: readonly CustomerIdentifierView[];
  /** Every `custom:<name>` counts as `custom`; kinds without touchpoints are absent. */
  readonly touchpointsByKind: Readonly<Partial<Record<TouchpointKind, number>>>;
  /** Touchpoints without a channel are in none. */
  readonly touchpointsByChannel: Readonly<Partial<Record<Channel, number>>>;
  readonly revenue: readonly RevenueView[];
  /** Of the customer's stream, as it is counted here: changes with each event of theirs. The `ETag`, without its quotes. */
  readonly version: string;
  /** Position of the customer's last event that is counted here. */
  readonly position: string;
  readonly freshness: {
    /** Everything up to this position of the store is counted. */
    readonly position: string;
  };
}

export type CustomerPage = Page<CustomerListItemView>;
