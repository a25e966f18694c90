import fc from 'fast-check';
import {
  allGone,
  gone,
  START,
  type EpochMs,
  type Position,
  type Projection,
  type RecordedEvent,
  type Row,
} from '#kernel';
import type { DecodeEvents, SubscribableStore } from '#platform/consumers';
import type { LogPage } from '#platform/event-store';

/** Positions begin where a 32-bit number would have ended. */
const FIRST_POSITION = 2n ** 31n + 5n;

/** What a test says of an event. */
export interface Happening {
  readonly type: string;
  readonly key: string;
  readonly data?: unknown;
}

/** A log in memory that behaves like the store towards its readers. */
export class TestLog implements SubscribableStore {
  readonly epoch: bigint = 1n;
  readonly events: RecordedEvent[] = [];
  /** Hints that are not given. */
  mute = false;
  readonly #listeners = new Set<() => void>();

  append(...happenings: readonly Happening[]): Position {
    for (const { type, key, data } of happenings) {
      const position = FIRST_POSITION + BigInt(this.events.length);
      const at = 1_700_000_000_000 + this.events.length * 1000;
      this.events.push({
        ...{ type, key, data: data ?? {}, schemaVersion: 1, stream: `test-${key}`, version: this.events.length + 1 },
        id: `00000000-0000-4000-8000-${this.events.length.toString(16).padStart(12, '0')}`,
        ...{ position, occurredAt: at, recordedAt: at + 7 },
        meta: { source: '/test', correlationId: 'c', causationId: 'c' },
      });
    }
    if (!this.mute) for (const listener of this.#listeners) listener();
    return this.events.at(-1)?.position ?? START;
  }

  readAll(after: Position, limit: number): Promise<LogPage> {
    const first = after < FIRST_POSITION ? 0 : Number(after - FIRST_POSITION) + 1;
    const events = this.events.slice(first, first + limit);
    return Promise.resolve({ events, full: events.length === limit });
  }

  eventAt(position: Position): Promise<RecordedEvent | undefined> {
    return Promise.resolve(this.events.find((event) => event.position === position));
  }

  head(): Promise<Position> {
    return Promise.resolve(this.events.at(-1)?.position ?? START);
  }

  distance(after: Position, upTo: Position): number {
    return upTo > after ? Number(upTo - after) : 0;
  }

  positionAt(time: EpochMs): Promise<Position> {
    return Promise.resolve(this.events.findLast(({ recordedAt }) => recordedAt <= time)?.position ?? START);
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const asRead: DecodeEvents = (events) => Promise.resolve(events);

type ItemEvent =
  | RecordedEvent<'item.added', { readonly item: string; readonly amount: string }>
  | RecordedEvent<'item.moved', { readonly from: string; readonly to: string }>
  | RecordedEvent<'item.removed', { readonly item: string }>
  | RecordedEvent<'item.broken', { readonly item: string }>
  | RecordedEvent<'customer.erased', object>;

/** A log with a history. */
export const logOf = (...happenings: readonly Happening[]): TestLog => {
  const log = new TestLog();
  log.append(...happenings);
  return log;
};

const happening =
  (type: string) =>
  (key: string, data: unknown = {}): Happening => ({ type, key, data });

export const added = (key: string, item = 'bag', amount = '1'): Happening =>
  happening('item.added')(key, { item, amount });
export const moved = (key: string, from: string, to: string): Happening => happening('item.moved')(key, { from, to });
export const removed = (key: string, item = 'bag'): Happening => happening('item.removed')(key, { item });
/** Fails where there is such an item. */
export const broken = (key: string, item = 'bag'): Happening => happening('item.broken')(key, { item });
export const erased = happening('customer.erased');

/** Columns as a projection would have them, of every type. */
type LogRow = Row & { readonly customer: string; readonly position: bigint };

/** Each event makes its own row. */
export const itemLog: Projection<LogRow, ItemEvent> = {
  name: 'item-log',
  version: 1,
  reads: 'sealed',
  appendOnly: true,
  table: {
    columns: {
      position: { type: 'bigint' },
      customer: { type: 'uuid' },
      type: { type: 'text' },
      at: { type: 'timestamp' },
      data: { type: 'json' },
    },
    primaryKey: ['position'],
    owner: 'customer',
    indexes: [{ on: 'customer, at DESC' }],
  },
  keys: ({ position }) => [[position]],
  when: {
    'item.added': (_row, event) => logged(event),
    'item.moved': (_row, event) => logged(event),
    'item.removed': (_row, event) => logged(event),
    'item.broken': () => {
      throw new TypeError('this one does not work');
    },
    'customer.erased': () => allGone,
  },
};

const logged = ({ position, key, type, recordedAt, data }: ItemEvent): LogRow => ({
  ...{ position, customer: key, type, at: recordedAt, data },
});

type ItemRow = Row & {
  readonly customer: string;
  readonly item: string;
  readonly times: number;
  readonly amounts: Readonly<Record<string, number>>;
};

/** A row for each item of a customer, folded from several events; an event may touch two of them. */
export const items: Projection<ItemRow, ItemEvent> = {
  name: 'items',
  version: 1,
  reads: 'opened',
  table: {
    columns: {
      item: { type: 'text' },
      customer: { type: 'uuid' },
      times: { type: 'integer' },
      last_amount: { type: 'numeric', nullable: true },
      amounts: { type: 'jsonb' },
      seen_at: { type: 'timestamp' },
      big: { type: 'boolean' },
    },
    primaryKey: ['customer', 'item'],
    owner: 'customer',
    indexes: [
      { on: 'amounts', using: 'gin' },
      { on: 'item', where: 'big' },
    ],
  },
  keys: (event) => {
    if (event.type === 'item.moved') return [event.data.from, event.data.to].map((item) => [event.key, item]);
    return [[event.key, event.type === 'customer.erased' ? '' : event.data.item]];
  },
  when: {
    'item.added': (row, event) => counted(row, event, event.data),
    'item.moved': (row, event, [, item]) => {
      if (item === event.data.from && item !== event.data.to) return row ? gone : undefined;
      return counted(row, event, { item: event.data.to, amount: '1' });
    },
    'item.removed': () => gone,
    'item.broken': (row) => {
      if (row) throw new TypeError('this one does not work');
      return undefined;
    },
    'customer.erased': () => allGone,
  },
};

function counted(
  row: ItemRow | undefined,
  event: ItemEvent,
  { item, amount }: { item: string; amount: string },
): ItemRow {
  const amounts = { ...row?.amounts, [amount]: (row?.amounts[amount] ?? 0) + 1 };
  return {
    ...{ customer: event.key, item, times: (row?.times ?? 0) + 1, amounts, seen_at: event.occurredAt },
    last_amount: amount,
    // Depends on the order in which the members come back: jsonb has its own.
    big: Object.keys(amounts)[0] === amount,
  };
}

type CustomerRow = Row & { readonly customer: string; readonly events: number };

/** One row for each customer. */
export const customerTotals: Projection<CustomerRow, ItemEvent> = {
  name: 'customer-totals',
  version: 1,
  reads: 'sealed',
  table: {
    columns: { customer: { type: 'uuid' }, events: { type: 'integer' }, last: { type: 'bigint' } },
    primaryKey: ['customer'],
    owner: 'customer',
  },
  keys: ({ key }) => [[key]],
  when: {
    'item.added': (row, event) => total(row, event),
    'item.moved': (row, event) => total(row, event),
    'item.removed': (row, event) => total(row, event),
    'item.broken': () => undefined,
    'customer.erased': () => gone,
  },
};

const total = (row: CustomerRow | undefined, { key, position }: ItemEvent): CustomerRow => ({
  ...{ customer: key, events: (row?.events ?? 0) + 1, last: position },
});

export const sampleProjections: readonly Projection[] = [itemLog, items, customerTotals];

export const customer = (number: number): string => `0198a000-0000-8000-8000-${String(number).padStart(12, '0')}`;

const someItem = fc.constantFrom('bag', 'lamp', 'کیف', 'z'.repeat(50));
const someAmount = fc.constantFrom('1', '2.50', '010.0', '-3');

/** Few customers and items, so that events meet. */
export const someHappening: fc.Arbitrary<Happening> = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }).map(customer),
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          type: fc.constant('item.added'),
          data: fc.record({ item: someItem, amount: someAmount }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ type: fc.constant('item.moved'), data: fc.record({ from: someItem, to: someItem }) }),
      },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('item.removed'), data: fc.record({ item: someItem }) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('item.broken'), data: fc.record({ item: someItem }) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('customer.erased'), data: fc.constant({}) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('of.no.interest'), data: fc.constant({}) }) },
    ),
  )
  .map(([key, rest]) => ({ key, ...rest }));
