import { type Channel, type CustomerView, type RevenueView, type TouchpointKind } from '#contracts';
import { type Position, type ReadModels } from '#kernel';
import { listColumns, toListItem, type ListColumns } from './customer-columns.js';
import { subtractDecimals } from './decimal.js';
import { MAX_IDENTIFIERS } from './identifier-claims.js';
import { type Revenue } from './revenue.js';

interface CustomerColumns extends ListColumns {
  readonly kind_counts: Readonly<Partial<Record<TouchpointKind, number>>>;
  readonly channel_counts: Readonly<Partial<Record<Channel, number>>>;
  readonly revenue: Revenue;
  readonly last_position: Position;
  readonly stream_version: string;
}

const customerSql = `
  SELECT ${listColumns}, kind_counts, channel_counts, revenue, last_position, stream_version FROM {customers} WHERE persona_id = $1::uuid`;

/** `undefined` when there is no such customer (any more). @param customerId UUID, as `resolveCustomer` gives it. */
export async function getCustomer(readModels: ReadModels, customerId: string): Promise<CustomerView | undefined> {
  // Asked for first: what is read afterwards is at least as fresh.
  const applied = await readModels.appliedPosition('customers');
  const [row] = await readModels.query<CustomerColumns>(customerSql, [customerId]);
  if (row === undefined) return undefined;
  return {
    ...toListItem(row, MAX_IDENTIFIERS),
    touchpointsByKind: row.kind_counts,
    touchpointsByChannel: row.channel_counts,
    revenue: toRevenueViews(row.revenue),
    version: row.stream_version,
    position: row.last_position.toString(),
    freshness: { position: applied.toString() },
  };
}

const toRevenueViews = (revenue: Revenue): readonly RevenueView[] =>
  Object.entries(revenue)
    .map(([currency, { purchases, returns }]) => ({
      currency,
      purchases,
      returns,
      net: subtractDecimals(purchases, returns),
    }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
