import fc from 'fast-check';
import { type Identifier, type TouchpointData, type TouchpointEvent } from '#contracts';
import { allGone, gone, type Evolve } from '#kernel';
import { customers, extendRow, type CustomerRow } from './customers.projection.js';
import { MAX_IDENTIFIERS } from './identifier-claims.js';

const personaId = '018f0000-0000-8000-8000-000000000001';
const noon = Date.UTC(2026, 2, 21, 12);

interface Told extends Omit<Partial<TouchpointData>, 'kind'> {
  readonly at?: number;
}

/** Beyond 2^31, where a 32-bit position would break. */
const FIRST_POSITION = 2n ** 31n;

function touchpoint(type: TouchpointEvent['type'], index: number, { at = noon, ...data }: Told): TouchpointEvent {
  const identifiers = data.identifiers ?? [{ kind: 'customer_number', value: '12347' }];
  return {
    id: `018f0000-0000-8000-9000-${String(index).padStart(12, '0')}`,
    type,
    schemaVersion: 1,
    key: personaId,
    stream: `persona-${personaId}`,
    version: index + 1,
    position: FIRST_POSITION + BigInt(index),
    occurredAt: at,
    recordedAt: noon + index,
    meta: { source: '/sources/shop', correlationId: 'c', causationId: 'c' },
    data: {
      kind: type.slice('touchpoint.'.length),
      channel: null,
      source: 'shop',
      personas: identifiers.map(({ kind, value }) => ({ id: `persona of ${value}`, kind })),
      identifiers,
      details: {},
      ...data,
    },
  };
}

function fold(events: readonly TouchpointEvent[]): CustomerRow {
  const row = events.reduce<CustomerRow | undefined>((before, event) => {
    const handle: Evolve<CustomerRow, TouchpointEvent> = customers.when[event.type];
    const after = handle(before, event, [event.key], () => undefined);
    if (after === undefined || after === gone || after === allGone) throw new Error('a touchpoint leaves a row behind');
    return after;
  }, undefined);
  if (row === undefined) throw new Error('no events');
  return row;
}

const money = (amount: string, currency = 'GBP') => ({ amount: { amount, currency } });
const email = (value: string): Identifier => ({ kind: 'email', value });

describe('a customer', () => {
  it('is known by one touchpoint', () => {
    const event = touchpoint('touchpoint.visit', 0, {
      channel: 'web',
      profile: { name: 'سارا علی‌نژاد', country: 'IR' },
    });
    expect(fold([event])).toMatchObject({
      persona_id: personaId,
      display_name: 'سارا علی‌نژاد',
      country: 'IR',
      city: null,
      first_seen: noon,
      last_seen: noon,
      touchpoint_count: 1n,
      kind_counts: { visit: 1 },
      channel_counts: { web: 1 },
      revenue: {},
      last_position: FIRST_POSITION,
      identifiers: [{ kind: 'customer_number', value: '12347' }],
    });
  });

  it('has every column of the table, and no other', () => {
    const row = fold([touchpoint('touchpoint.visit', 0, {})]);
    expect(Object.keys(row).sort()).toEqual(Object.keys(customers.table.columns).sort());
  });

  it('is seen first and last when touchpoints happened, not when they came', () => {
    const events = [noon, noon - 86_400_000, noon + 5].map((at, index) => touchpoint('touchpoint.call', index, { at }));
    expect(fold(events)).toMatchObject({ first_seen: noon - 86_400_000, last_seen: noon + 5, touchpoint_count: 3n });
  });

  it('keeps the name of the latest touchpoint that tells one, also when an older one comes late', () => {
    const row = fold([
      touchpoint('touchpoint.visit', 0, { at: noon, profile: { name: 'Sara Alinejad', city: 'Rasht' } }),
      touchpoint('touchpoint.visit', 1, { at: noon + 1, profile: { city: 'Tehran' } }),
      touchpoint('touchpoint.visit', 2, { at: noon - 1, profile: { name: 'S. A.', language: 'fa' } }),
    ]);
    expect(row).toMatchObject({ display_name: 'Sara Alinejad', city: 'Tehran', language: 'fa' });
    expect(row.search_text).toContain('sara alinejad');
    expect(row.search_text).not.toContain('s. a.');
  });

  it('takes what was recorded later of two touchpoints at the same moment', () => {
    const names = ['first', 'second'].map((name, index) =>
      touchpoint('touchpoint.visit', index, { profile: { name } }),
    );
    expect(fold(names).display_name).toBe('second');
    expect(fold(names.toReversed()).display_name).toBe('second');
  });

  it('has what they bought and gave back by currency, exactly', () => {
    const row = fold([
      touchpoint('touchpoint.purchase', 0, { details: money('0.10') }),
      touchpoint('touchpoint.purchase', 1, { details: money('0.2') }),
      touchpoint('touchpoint.return', 2, { details: money('15.30') }),
      touchpoint('touchpoint.purchase', 3, { details: money('48500000', 'IRR') }),
      touchpoint('touchpoint.cart_abandoned', 4, { details: money('99.00') }),
    ]);
    expect(row.revenue).toEqual({
      GBP: { purchases: '0.30', returns: '15.30' },
      IRR: { purchases: '48500000', returns: '0' },
    });
  });

  it('counts kinds and channels, every custom kind as one', () => {
    const row = fold([
      touchpoint('touchpoint.custom', 0, { channel: 'store' }),
      touchpoint('touchpoint.custom', 1, { channel: 'store' }),
      touchpoint('touchpoint.call', 2, { channel: 'phone' }),
      touchpoint('touchpoint.visit', 3, { channel: null }),
    ]);
    expect(row.kind_counts).toEqual({ custom: 2, call: 1, visit: 1 });
    expect(row.channel_counts).toEqual({ store: 2, phone: 1 });
  });

  it('collects the identifiers that were named, the latest first', () => {
    const row = fold([
      touchpoint('touchpoint.visit', 0, {
        at: noon + 2,
        identifiers: [email('b@example.com'), email('c@example.com')],
      }),
      touchpoint('touchpoint.visit', 1, {
        at: noon + 1,
        identifiers: [email('b@example.com'), email('a@example.com')],
      }),
    ]);
    expect(row.identifiers.map(({ value, at }) => [value, at - noon])).toEqual([
      ['b@example.com', 2],
      ['c@example.com', 2],
      ['a@example.com', 1],
    ]);
    expect(row.search_text.split('\n').filter(Boolean)).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
  });

  it('keeps a bounded number of identifiers', () => {
    const events = Array.from({ length: MAX_IDENTIFIERS + 10 }, (_, index) =>
      touchpoint('touchpoint.visit', index, { at: noon + index, identifiers: [email(`${String(index)}@example.com`)] }),
    );
    const { identifiers, search_text: searchText } = fold(events);
    expect(identifiers).toHaveLength(MAX_IDENTIFIERS);
    expect(identifiers[0]).toMatchObject({ value: '59@example.com' });
    expect(searchText).toContain('\n10@example.com\n');
    expect(searchText).not.toContain('\n9@example.com\n');
  });

  it('is found by what an erased touchpoint left only as far as that is public', () => {
    const left = { kind: 'purchase', channel: null, source: 'shop', personas: [], details: money('5.00') };
    const row = fold([{ ...touchpoint('touchpoint.purchase', 0, {}), data: left }]);
    expect(row).toMatchObject({ identifiers: [], display_name: null, revenue: { GBP: { purchases: '5.00' } } });
  });

  it('goes when it is erased', () => {
    const erased = {
      ...touchpoint('touchpoint.visit', 9, {}),
      type: 'persona.erased',
      data: { reason: 'retention' },
    } as const;
    expect(customers.when['persona.erased'](undefined, erased, [personaId], () => undefined)).toBe(allGone);
  });
});

const told = fc.record({
  type: fc.constantFrom<TouchpointEvent['type']>('touchpoint.purchase', 'touchpoint.return', 'touchpoint.visit'),
  // Few moments, so that many happen at the same time.
  at: fc.integer({ min: 0, max: 4 }),
  channel: fc.constantFrom('web' as const, 'store' as const, null),
  name: fc.option(fc.constantFrom('علی', 'Ali', 'ALI'), { nil: undefined }),
  city: fc.option(fc.constantFrom('Rasht', 'Tehran'), { nil: undefined }),
  // More different ones than are kept.
  emails: fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 10 }),
  amount: fc.constantFrom('0.1', '0.25', '12', '999999999999999.999999'),
});
const history = fc.array(told, { minLength: 2, maxLength: 40 }).map((tellings) =>
  tellings.map(({ type, at, channel, name, city, emails, amount }, index) =>
    touchpoint(type, index, {
      at: noon + at,
      channel,
      profile: { ...(name !== undefined && { name }), ...(city !== undefined && { city }) },
      identifiers: emails.map((number) => email(`${String(number)}@example.com`)),
      details: money(amount),
    }),
  ),
);

describe('a history', () => {
  it('gives the same customer in any order', () => {
    fc.assert(
      fc.property(
        history.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          expect(fold(shuffled)).toEqual(fold(events));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the same customer from any two parts of it', () => {
    fc.assert(
      fc.property(history, fc.nat(), (events, cut) => {
        const at = 1 + (cut % (events.length - 1));
        const [before, after] = [fold(events.slice(0, at)), fold(events.slice(at))];
        expect(extendRow(before, after)).toEqual(fold(events));
        expect(extendRow(after, before)).toEqual(fold(events));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same customer when the row goes through JSON between events', () => {
    fc.assert(
      fc.property(history, (events) => {
        const stored = events.reduce<CustomerRow | undefined>((row, event) => {
          const next = row === undefined ? fold([event]) : extendRow(row, fold([event]));
          return {
            ...next,
            profile: JSON.parse(JSON.stringify(next.profile)) as CustomerRow['profile'],
            identifiers: JSON.parse(JSON.stringify(next.identifiers)) as CustomerRow['identifiers'],
          };
        }, undefined);
        expect(stored).toEqual(fold(events));
      }),
      { numRuns: 50 },
    );
  });
});
