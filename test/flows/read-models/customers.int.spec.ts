import fc from 'fast-check';
import { getCustomer, listCustomers, resolveCustomer } from '#capabilities';
import { type CustomerListItemView, type CustomerListParameters } from '#contracts';
import { erasure, startReadSide, touchpoint, uuid, type ReadSide } from './read-side.js';

const noon = Date.UTC(2026, 2, 21, 12);
const DAY_MS = 86_400_000;
let side: ReadSide;

beforeAll(async () => {
  side = await startReadSide();
});
afterAll(() => side.close());

async function list(parameters: CustomerListParameters = {}) {
  const page = await listCustomers(side.readModels, parameters);
  if (!page.ok) throw new Error(page.reason);
  return page.value;
}

const found = async (search: string): Promise<readonly (string | null)[]> =>
  (await list({ search })).data.map(({ displayName }) => displayName);

describe('a customer', () => {
  it('is what their touchpoints say', async () => {
    const identifiers = [
      { kind: 'customer_number', value: '12347' },
      { kind: 'email', value: 'sara@example.com' },
    ];
    const position = await side.record(
      touchpoint({
        of: 1,
        kind: 'purchase',
        at: noon,
        channel: 'web',
        identifiers,
        personas: [1, 101],
        profile: { name: 'سارا علی‌نژاد', customerKind: 'individual', language: 'fa', country: 'IR', city: 'رشت' },
        details: { orderId: '1', amount: { amount: '0.10', currency: 'GBP' } },
      }),
      touchpoint({ of: 1, kind: 'return', at: noon + 5, details: { amount: { amount: '15.30', currency: 'GBP' } } }),
      touchpoint({
        of: 1,
        kind: 'purchase',
        at: noon - DAY_MS,
        details: { amount: { amount: '0.2', currency: 'GBP' } },
      }),
    );
    expect(await getCustomer(side.readModels, uuid(1))).toEqual({
      version: '3',
      id: uuid(1),
      displayName: 'سارا علی‌نژاد',
      customerKind: 'individual',
      language: 'fa',
      country: 'IR',
      city: 'رشت',
      identifiers: [
        { kind: 'customer_number', value: 'C1', personaId: uuid(1), lastSeen: new Date(noon + 5).toISOString() },
        { kind: 'email', value: 'sara@example.com', personaId: uuid(101), lastSeen: new Date(noon).toISOString() },
      ],
      firstSeen: new Date(noon - DAY_MS).toISOString(),
      lastSeen: new Date(noon + 5).toISOString(),
      touchpointCount: 3,
      touchpointsByKind: { purchase: 2, return: 1 },
      touchpointsByChannel: { web: 1 },
      revenue: [{ currency: 'GBP', purchases: '0.30', returns: '15.30', net: '-15.00' }],
      position: position.toString(),
      freshness: { position: position.toString() },
    });
  });

  it('is not there before they are seen', async () => {
    expect(await getCustomer(side.readModels, uuid(999))).toBeUndefined();
  });
});

describe('looking for a persona', () => {
  const call = (of: number, ...others: readonly number[]) =>
    touchpoint({
      of,
      identifiers: [of, ...others].map((number) => ({ kind: 'handle', value: `h${String(number)}` })),
      personas: [of, ...others],
    });

  it('finds the customer whose own it is, whoever else named it', async () => {
    await side.record(call(10), call(11, 10));
    expect(await resolveCustomer(side.readModels, uuid(10))).toEqual({ ok: true, value: uuid(10) });
  });

  it('finds the one customer who named it', async () => {
    await side.record(call(12, 120), call(12, 120));
    expect(await resolveCustomer(side.readModels, uuid(120))).toEqual({ ok: true, value: uuid(12) });
    expect(await resolveCustomer(side.readModels, uuid(120).toUpperCase())).toEqual({ ok: true, value: uuid(12) });
  });

  it('does not choose between several', async () => {
    await side.record(call(13, 130), call(14, 130));
    expect(await resolveCustomer(side.readModels, uuid(130))).toEqual({
      ok: false,
      reason: { code: 'ambiguous_identifier', candidates: [uuid(14), uuid(13)] },
    });
  });

  it('names at most 20 of many, who named it last first', async () => {
    await side.record(...Array.from({ length: 30 }, (_, index) => call(200 + index, 140)));
    const resolved = await resolveCustomer(side.readModels, uuid(140));
    const candidates = Array.from({ length: 20 }, (_, index) => uuid(229 - index));
    expect(resolved).toEqual({ ok: false, reason: { code: 'ambiguous_identifier', candidates } });
  });

  it('finds nobody for an unknown one, and for what is no id', async () => {
    for (const id of [uuid(998), 'customer_number:12347', "'; DROP TABLE", ''])
      expect(await resolveCustomer(side.readModels, id)).toEqual({ ok: false, reason: { code: 'customer_not_found' } });
  });
});

describe('an erased customer', () => {
  it('is told from one who never was, until they are seen again', async () => {
    await side.record(touchpoint({ of: 20, identifiers: [{ kind: 'email', value: 'canary@example.com' }] }));
    expect((await list({ search: 'canary' })).data).toHaveLength(1);

    const position = await side.record(erasure(20));
    expect(await resolveCustomer(side.readModels, uuid(20))).toEqual({
      ok: false,
      reason: { code: 'customer_erased', erasedAt: side.recordedAt(position) },
    });
    expect(await getCustomer(side.readModels, uuid(20))).toBeUndefined();
    expect((await list({ search: 'canary' })).data).toEqual([]);

    await side.record(touchpoint({ of: 20 }));
    expect(await resolveCustomer(side.readModels, uuid(20))).toEqual({ ok: true, value: uuid(20) });
    expect(await getCustomer(side.readModels, uuid(20))).toMatchObject({ touchpointCount: 1 });
  });

  it('does not stand between a persona and the other customer who named it', async () => {
    const call = (of: number) =>
      touchpoint({
        of,
        identifiers: [
          { kind: 'a', value: 'a' },
          { kind: 'b', value: 'b' },
        ],
        personas: [of, 2100],
      });
    await side.record(call(21), call(22), erasure(21));
    expect(await resolveCustomer(side.readModels, uuid(2100))).toEqual({ ok: true, value: uuid(22) });
  });
});

describe('searching customers', () => {
  beforeAll(() =>
    side.record(
      touchpoint({
        of: 30,
        at: noon,
        profile: { name: 'كاظم اكبري' },
        identifiers: [{ kind: 'phone', value: '+989123456789' }],
      }),
      touchpoint({
        of: 31,
        at: noon + 1,
        profile: { name: 'کاظم اکبری‌نیا' },
        identifiers: [{ kind: 'email', value: 'k.akbari_100%@example.com' }],
      }),
      touchpoint({ of: 32, at: noon + 2, profile: { name: 'O\'Brien \\ "Ann"' } }),
    ),
  );

  it('folds Persian and Arabic letters, and puts exact finds first', async () => {
    expect(await found('کاظم اکبری')).toEqual(['كاظم اكبري', 'کاظم اکبری‌نیا']);
    expect(await found('اكبري كاظم')).toEqual(['کاظم اکبری‌نیا', 'كاظم اكبري']);
  });

  it('takes telephone numbers as they are dialled', async () => {
    for (const search of ['۰۹۱۲ ۳۴۵ ۶۷۸۹', '+98-912-3456789', '00989123456789'])
      expect(await found(search)).toEqual(['كاظم اكبري']);
  });

  it('has no wildcards', async () => {
    expect(await found('akbari_100%')).toEqual(['کاظم اکبری‌نیا']);
    expect(await found('akbarix100%')).toEqual([]);
    for (const search of ['%', '_%_', '\\%']) expect(await found(search)).not.toContain('كاظم اكبري');
    expect(await found('\\')).toEqual(['O\'Brien \\ "Ann"']);
    expect(await found('o\'brien "')).toEqual(['O\'Brien \\ "Ann"']);
  });

  it('is never an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 30 }), async (search) => {
        expect(Array.isArray((await list({ search })).data)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the list of customers', () => {
  // Few moments, so that many were last seen at the same one; two of three are found by the search.
  const tellings = fc.sample(fc.record({ at: fc.integer({ min: 0, max: 3 }), found: fc.nat(2) }), {
    numRuns: 60,
    seed: 1,
  });

  beforeAll(() =>
    side.record(
      ...tellings.map(({ at, found: sort }, index) =>
        touchpoint({
          of: 1000 + index,
          at: noon + DAY_MS + at,
          profile: { name: ['pager', 'pager two', 'other'][sort] ?? '' },
        }),
      ),
    ),
  );

  async function walk(parameters: CustomerListParameters) {
    const there: CustomerListItemView[] = [];
    let page = await list(parameters);
    expect(page.page.prev).toBeNull();
    there.push(...page.data);
    while (page.page.next !== null) {
      page = await list({ ...parameters, cursor: page.page.next });
      there.push(...page.data);
    }
    const back = [...page.data];
    while (page.page.prev !== null) {
      page = await list({ ...parameters, cursor: page.page.prev });
      back.unshift(...page.data);
    }
    expect(back).toEqual(there);
    return there;
  }

  it.each([1, 7, 60, 200])('is whole and in order when its pages of %i are walked there and back', async (limit) => {
    const there = await walk({ limit });
    expect(new Set(there.map(({ id }) => id)).size).toBe(there.length);
    const inOrder = there.toSorted((a, b) => (a.lastSeen + a.id < b.lastSeen + b.id ? 1 : -1));
    expect(there).toEqual(inOrder);
    const known = tellings.map((_, index) => uuid(1000 + index));
    expect(there.map(({ id }) => id)).toEqual(expect.arrayContaining(known));
  });

  it.each([1, 7, 200])('is as whole when it is a search, in pages of %i', async (limit) => {
    const there = await walk({ limit, search: 'pager' });
    const names = there.map(({ displayName }) => displayName);
    const count = (sort: number) => tellings.filter((telling) => telling.found === sort).length;
    expect(names).toEqual([
      ...Array.from({ length: count(0) }, () => 'pager'),
      ...Array.from({ length: count(1) }, () => 'pager two'),
    ]);
    expect(new Set(there.map(({ id }) => id)).size).toBe(there.length);
  });

  it('has 50 customers on a page unless told otherwise', async () => {
    expect((await list()).data).toHaveLength(50);
  });

  it('shows at most 5 identifiers of each', async () => {
    const identifiers = Array.from({ length: 9 }, (_, index) => ({ kind: 'handle', value: `many${String(index)}` }));
    await side.record(touchpoint({ of: 40, identifiers, personas: [40] }));
    const [item] = (await list({ search: 'many8' })).data;
    expect(item?.identifiers).toHaveLength(5);
    expect((await getCustomer(side.readModels, uuid(40)))?.identifiers).toHaveLength(9);
  });

  it('refuses what is not a cursor of its own', async () => {
    const forged = (...key: readonly unknown[]) =>
      Buffer.from(JSON.stringify(['customers', 'next', ...key])).toString('base64url');
    const cursors = [
      'x',
      forged(),
      forged(0, noon, 'not a uuid'),
      forged(0, 8.64e15, uuid(1)),
      forged(0, -8.64e15, uuid(1)),
      forged(2, noon, uuid(1)),
      forged(0, 'now', uuid(1)),
      forged(0, noon, uuid(1), 1),
      Buffer.from(JSON.stringify(['timeline-desc', 'next', 0, noon, uuid(1)])).toString('base64url'),
    ];
    for (const cursor of cursors)
      expect(await listCustomers(side.readModels, { cursor })).toEqual({ ok: false, reason: 'invalid_cursor' });
  });
});
