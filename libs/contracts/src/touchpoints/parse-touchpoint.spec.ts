import { exampleTouchpoint } from './kinds/examples.js';
import { parseTouchpoint } from './parse-touchpoint.js';
import { touchpointKinds } from './touchpoint-event.js';

const now = Date.parse('2026-03-10T00:00:00Z');

const purchase = exampleTouchpoint('purchase', 'en');
const parse = (change: object = {}, options = {}) => parseTouchpoint({ ...purchase, ...change }, now, options);
const parseData = (change: object) => parse({ data: { ...purchase.data, ...change } });
const problems = (result: ReturnType<typeof parseTouchpoint>): string[] =>
  result.ok ? [] : result.reason.map(({ pointer, code }) => `${pointer} ${code}`);

describe('a touchpoint', () => {
  it.each(touchpointKinds.flatMap((kind) => [[kind, 'en'] as const, [kind, 'fa'] as const]))(
    'of kind %s is read as it was sent (%s)',
    (kind, language) => {
      const example = exampleTouchpoint(kind, language);
      expect(parseTouchpoint(example, now)).toEqual({ ok: true, value: example });
    },
  );

  it('is an object', () => {
    for (const value of [null, [], 'text', 1, true])
      expect(problems(parseTouchpoint(value, now))).toEqual([' not_an_object']);
  });

  it('says everything that it lacks at once', () => {
    expect(problems(parseTouchpoint({}, now)).sort()).toEqual(
      ['id', 'source', 'kind', 'occurredAt', 'identifiers', 'data'].map((name) => `/${name} required`).sort(),
    );
  });

  it('has no members that nobody knows, on any level', () => {
    expect(problems(parse({ extra: 1 }))).toEqual(['/extra unknown_field']);
    expect(problems(parseData({ extra: 1 }))).toEqual(['/data/extra unknown_field']);
    expect(problems(parse({ profile: { age: 5 } }))).toEqual(['/profile/age unknown_field']);
    expect(problems(parseData({ items: [{ sku: '1', quantity: 1, colour: 'red' }] }))).toEqual([
      '/data/items/0/colour unknown_field',
    ]);
  });

  it('names the member by a JSON Pointer and repeats no strange name', () => {
    expect(problems(parse({ '<script>': 1 }))).toEqual([' unknown_field']);
    expect(
      problems(
        parse({
          identifiers: [
            { kind: 'email', value: 'a' },
            { kind: 'E mail', value: 'a' },
          ],
        }),
      ),
    ).toEqual(['/identifiers/1/kind malformed']);
  });

  it('has one to ten identifiers', () => {
    const identifier = { kind: 'email', value: 'ada@example.com' };
    expect(problems(parse({ identifiers: [] }))).toEqual(['/identifiers too_few']);
    expect(problems(parse({ identifiers: Array(11).fill(identifier) }))).toEqual(['/identifiers too_many']);
    expect(problems(parse({ identifiers: identifier }))).toEqual(['/identifiers not_a_list']);
    expect(problems(parse({ identifiers: ['a'] }))).toEqual(['/identifiers not_an_object']);
    expect(problems(parse({ identifiers: [[identifier]] }))).toEqual(['/identifiers not_an_object']);
  });

  it('leaves a member out rather than saying null', () => {
    expect(problems(parse({ channel: null }))).toEqual(['/channel not_allowed']);
    expect(problems(parse({ profile: null }))).toEqual(['/profile not_an_object']);
  });

  it('is of a known kind, and the answer lists them', () => {
    for (const kind of ['wave', 'custom', 'custom:', 'custom:Open Day', 'Purchase', 5]) {
      const result = parse({ kind });
      expect(problems(result)).toEqual(['/kind unknown_kind']);
      if (!result.ok) expect(result.reason[0]?.detail).toContain('cart_abandoned');
    }
  });

  it('of a custom kind may say anything', () => {
    const data = { a: { b: [1, 2.5, null, { c: 'x' }] } };
    expect(parse({ kind: 'custom:tea_party', data })).toMatchObject({ ok: true, value: { data } });
  });

  it('explains itself in Persian too', () => {
    const result = parse({ kind: 'wave' }, { language: 'fa' });
    expect(result.ok ? [] : result.reason.map(({ detail }) => detail)).toEqual([expect.stringMatching('یکی از')]);
  });
});

describe('money', () => {
  const withAmount = (amount: unknown) => problems(parseData({ amount: { amount, currency: 'GBP' } }));

  it.each(['0.01', '12.30', '999999999999999.999999', '۱۲٫۳۰', '١٢٬٥٠٠٫٥'])('may be %s', (amount) => {
    expect(withAmount(amount)).toEqual([]);
  });

  it.each(['-1', '+1', '1e3', '1,000', '.5', '5.', '007', '1000000000000000', '1.0000001', 'NaN', '0x10', ' 1'])(
    'may not be %s',
    (amount) => {
      expect(withAmount(amount)).toEqual(['/data/amount/amount not_an_amount']);
    },
  );

  it('is text, because a binary fraction is not exact', () => {
    expect(withAmount(12.3)).toEqual(['/data/amount/amount not_text']);
  });

  it('of a purchase or a return is above zero, of a price or a discount it may be zero', () => {
    for (const amount of ['0', '0.00', '۰'])
      expect(withAmount(amount)).toEqual(['/data/amount/amount amount_not_positive']);
    expect(problems(parseData({ discount: { amount: '0', currency: 'GBP' } }))).toEqual([]);
  });

  it('is in a currency of ISO 4217', () => {
    for (const currency of ['gbp', 'XXX', 'BTC', '', 826])
      expect(problems(parseData({ amount: { amount: '1', currency } }))).toEqual([
        '/data/amount/currency unknown_currency',
      ]);
  });

  it('is kept in ASCII digits', () => {
    expect(parseData({ amount: { amount: '۱۲٬۵۰۰٫۵۰', currency: 'IRR' } })).toMatchObject({
      value: { data: { amount: { amount: '12500.50', currency: 'IRR' } } },
    });
  });
});

describe('a time', () => {
  const at = (occurredAt: unknown) => parse({ occurredAt });
  const utc = (occurredAt: string) => {
    const result = at(occurredAt);
    return result.ok ? result.value.occurredAt : problems(result).join();
  };

  it('may have any offset and is kept in UTC with milliseconds', () => {
    expect(utc('2026-03-02T10:15:00Z')).toBe('2026-03-02T10:15:00.000Z');
    expect(utc('2026-03-02t13:45:00.1234567+03:30')).toBe('2026-03-02T10:15:00.123Z');
    expect(utc('2026-03-02 05:15:00-05:00')).toBe('2026-03-02T10:15:00.000Z');
    expect(utc('۲۰۲۶-۰۳-۰۲T۱۰:۱۵:۰۰Z')).toBe('2026-03-02T10:15:00.000Z');
  });

  it('may be a leap second, which is the first moment after it', () => {
    expect(utc('2016-12-31T23:59:60Z')).toBe('2017-01-01T00:00:00.000Z');
    expect(utc('2017-01-01T03:29:60.5+03:30')).toBe('2017-01-01T00:00:00.000Z');
    expect(utc('2016-12-31T12:00:60Z')).toBe('/occurredAt not_a_time');
  });

  it('needs a zone', () => {
    expect(utc('2026-03-02T10:15:00')).toBe('/occurredAt time_without_zone');
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '1899-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('is not %s', (time) => {
    expect(utc(time)).toBe('/occurredAt time_out_of_range');
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-02T24:00:00Z',
    '2026-03-02T10:60:00Z',
    '2026-03-02T10:15Z',
    '2026-03-02',
    '2026-03-02T10:15:00+24:00',
    '+012026-03-02T10:15:00Z',
    'lunchtime',
    '1772446500',
    '',
  ])('is not %s either', (time) => {
    expect(utc(time)).toBe('/occurredAt not_a_time');
  });

  it('is not a number', () => {
    expect(problems(at(1772446500))).toEqual(['/occurredAt not_a_time']);
  });

  it('of the touchpoint is at most 24 hours ahead of ours', () => {
    expect(utc('2026-03-11T00:00:00Z')).toBe('2026-03-11T00:00:00.000Z');
    expect(utc('2026-03-11T00:00:00.001Z')).toBe('/occurredAt time_in_future');
  });

  it('that something is promised for may be years ahead', () => {
    const data = { ...exampleTouchpoint('promise', 'en').data, dueAt: '2031-01-01T00:00:00+03:30' };
    expect(parse({ kind: 'promise', data })).toMatchObject({ value: { data: { dueAt: '2030-12-31T20:30:00.000Z' } } });
  });
});

describe('a survey answer', () => {
  const answer = (data: object) => problems(parse({ kind: 'survey_answer', data }));

  it.each([
    ['nps', 0, 10],
    ['csat', 1, 5],
    ['ces', 1, 7],
  ])('to %s is from %d to %d', (survey, min, max) => {
    for (const score of [min, max]) expect(answer({ survey, score })).toEqual([]);
    expect(answer({ survey, score: max + 1 })).not.toEqual([]);
    expect(answer({ survey, score: min - 1 })).not.toEqual([]);
  });

  it('has a score, or was dismissed', () => {
    expect(answer({ survey: 'nps' })).toEqual(['/data/survey score_does_not_fit']);
    expect(answer({ survey: 'nps', dismissed: true })).toEqual([]);
    expect(answer({ survey: 'nps', dismissed: true, score: 3 })).toEqual(['/data/survey score_does_not_fit']);
  });
});
