import { exampleTouchpoint } from './kinds/examples.js';
import { MAX_TOUCHPOINT_BYTES, parseTouchpoint } from './parse-touchpoint.js';

const now = Date.parse('2026-03-10T00:00:00Z');
const message = exampleTouchpoint('message', 'en');
const parse = (change: object) => parseTouchpoint({ ...message, ...change }, now);
const say = (text: unknown) => parse({ data: { author: 'customer', text } });
const custom = (data: unknown) => parse({ kind: 'custom:x', data });
const problems = (result: ReturnType<typeof parseTouchpoint>): readonly string[] =>
  result.ok ? [] : result.reason.map(({ pointer, code }) => `${pointer} ${code}`);

describe('names that reach a prototype', () => {
  const names = Object.getOwnPropertyNames(Object.prototype);

  it.each(names)('%s is refused on every level', (name) => {
    const planted: unknown = JSON.parse(`{"${name}": {"polluted": true}}`);
    expect(problems(parseTouchpoint(planted, now))).toEqual([' forbidden_name']);
    expect(problems(custom({ deep: [planted] }))).toEqual(['/data/deep/0 forbidden_name']);
    expect(problems(parse({ profile: planted }))).toEqual(['/profile forbidden_name']);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('depth', () => {
  const nested = (levels: number): unknown => JSON.parse('[[]]'.slice(0, 1).repeat(levels) + ']'.repeat(levels));

  it('of ten is enough, and a hundred thousand do no harm', () => {
    expect(problems(custom({ a: nested(8) }))).toEqual([]);
    expect(problems(custom({ a: nested(9) }))[0]).toContain('too_deep');
    let deep: unknown = 0;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(problems(custom({ deep }))[0]).toContain('too_deep');
  });
});

describe('numbers', () => {
  it.each(['9007199254740992', '9007199254740993', '-9007199254740992', '1e400', '-1e400', '1e300'])(
    '%s cannot be kept exactly',
    (number) => {
      expect(problems(custom(JSON.parse(`{"n": ${number}}`)))).toEqual(['/data/n number_out_of_range']);
    },
  );

  it.each(['9007199254740991', '-9007199254740991', '2147483648', '0.1', '5e-324'])('%s can', (number) => {
    expect(problems(custom(JSON.parse(`{"n": ${number}}`)))).toEqual([]);
  });

  it('-0 is 0', () => {
    const result = custom(JSON.parse('{"n": -0}'));
    expect(result.ok && Object.is(result.value.data['n'], 0)).toBe(true);
  });

  it('of a kind have its limits, whole', () => {
    const visit = (pagesViewed: unknown) => problems(parse({ kind: 'visit', data: { pagesViewed } }));
    expect(visit(-1)).toEqual(['/data/pagesViewed below_minimum']);
    expect(visit(2 ** 31)).toEqual(['/data/pagesViewed above_maximum']);
    for (const value of [1.5, '3', true, [3]]) expect(visit(value)).toEqual(['/data/pagesViewed not_a_whole_number']);
  });

  it('that are not of JSON are refused', () => {
    for (const value of [Number.NaN, 1n, Symbol('s'), () => 1])
      expect(problems(custom({ value }))[0]).toMatch(/^\/data\/value (not_json|number_out_of_range)$/);
  });
});

describe('text', () => {
  it.each([
    ['U+0000', 'a\u0000b'],
    ['half of a character', 'a\ud83d'],
    ['the other half', '\ude00b'],
    ['halves in the wrong order', '\ude00\ud83d'],
  ])('with %s is refused, also in names', (_what, text) => {
    expect(problems(say(text))).toEqual(['/data/text unreadable_text']);
    expect(problems(custom({ deep: [text] }))).toEqual(['/data/deep/0 unreadable_text']);
    expect(problems(custom({ [text]: 1 }))).toEqual(['/data forbidden_name']);
  });

  it('may hold bidi overrides, emoji and joiners, because people write them', () => {
    for (const text of ['\u202eevil\u202c', '👩‍👩‍👧', 'می\u200cخواهم', 'a\r\n\tb']) expect(problems(say(text))).toEqual([]);
  });

  it('in ids and codes may not', () => {
    for (const id of ['\u202e12', 'a\u200cb', 'a\nb', 'a\u0007', 'a\u2028b', '\ufeff1'])
      expect(problems(parse({ id }))).toEqual(['/id malformed']);
    expect(problems(parse({ source: 'web\u202e' }))).toEqual(['/source malformed']);
  });

  it('of 10,000 combining marks fits into free text and nowhere else', () => {
    const marks = `a${'\u0301'.repeat(9999)}`;
    expect(problems(say(marks))).toEqual([]);
    expect(problems(parse({ id: marks }))).toEqual(['/id too_long']);
    expect(problems(parse({ profile: { name: marks } }))).toEqual(['/profile/name too_long']);
  });

  it('is as long as its characters, whatever they are made of', () => {
    expect(problems(parse({ id: '😀'.repeat(128) }))).toEqual([]);
    expect(problems(parse({ id: '😀'.repeat(129) }))).toEqual(['/id too_long']);
    // Not counted at all by class-validator's own length rules.
    expect(problems(parse({ profile: { name: 'a\ufe0f'.repeat(101) } }))).toEqual(['/profile/name too_long']);
  });

  it('is not empty', () => {
    expect(problems(say(''))).toEqual(['/data/text empty']);
    expect(problems(parse({ id: '' }))).toEqual(['/id empty']);
  });

  it('in links does not run', () => {
    for (const page of ['javascript:alert(1)', 'data:text/html,x', 'ftp://a', 'https://a b'])
      expect(problems(parse({ kind: 'visit', data: { page } }))).toEqual(['/data/page malformed']);
  });
});

describe('size', () => {
  const filled = (bytes: number, character = 'x') => {
    const empty = { ...message, kind: 'custom:x', data: { text: '' } };
    const room = bytes - Buffer.byteLength(JSON.stringify(empty));
    return { ...empty, data: { text: character.repeat(room / Buffer.byteLength(character)) } };
  };

  it('is at most 32 KB of UTF-8', () => {
    expect(problems(parseTouchpoint(filled(MAX_TOUCHPOINT_BYTES), now))).toEqual([]);
    expect(problems(parseTouchpoint(filled(MAX_TOUCHPOINT_BYTES + 1), now))).toEqual([' too_large']);
    expect(problems(parseTouchpoint(filled(MAX_TOUCHPOINT_BYTES + 4, 'ی'), now))).toEqual([' too_large']);
  });

  it('may be more for a file', () => {
    expect(parseTouchpoint(filled(60_000), now, { maxBytes: 65_536 }).ok).toBe(true);
  });

  it('of a list is at most 2,000', () => {
    const items = Array.from({ length: 2001 }, () => 0);
    expect(problems(custom({ items }))).toEqual(['/data/items too_many']);
  });

  it('of the answer is bounded, too', () => {
    const items = Array.from({ length: 1500 }, () => ({ x: 1 }));
    const result = parse({ kind: 'purchase', data: { items } });
    expect(problems(result).length).toBeLessThanOrEqual(40);
  });
});

describe('a refusal', () => {
  const canary = 'canary-7f3a';

  it('never repeats what was sent', () => {
    const sent = {
      ...message,
      id: `${canary}\u202e`,
      source: `${canary} !`,
      kind: canary,
      channel: canary,
      occurredAt: canary,
    };
    const refusals = [
      parseTouchpoint({ ...sent, identifiers: [{ kind: canary, value: `${canary}\n` }], data: canary }, now),
      parse({ kind: 'purchase', data: { orderId: [canary], amount: { amount: canary, currency: canary } } }),
      parse({ [`${canary} <`]: 1 }),
    ];
    for (const refusal of refusals) {
      expect(refusal.ok).toBe(false);
      expect(JSON.stringify(refusal)).not.toContain(canary);
    }
  });

  it('is the same twice', () => {
    const bad = { ...message, kind: 'x', data: { author: 5 } };
    expect(parseTouchpoint(bad, now)).toEqual(parseTouchpoint(bad, now));
  });
});

describe('a touchpoint with far too much in it', () => {
  const purchase = (items: readonly unknown[]) => ({
    ...message,
    kind: 'purchase',
    data: { orderId: '1', amount: { amount: '1', currency: 'GBP' }, items },
  });
  const told = (value: unknown) => problems(parseTouchpoint(value, now));
  const good = { sku: 'a', quantity: 1 };

  it('is told the first twenty things that are wrong with it', () => {
    expect(told(purchase(Array.from({ length: 1_500 }, () => ({}))))).toHaveLength(20);
    const unknown = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${String(n)}`, 1]));
    expect(told({ ...message, ...unknown })).toEqual(
      Array.from({ length: 20 }, (_, n) => `/k${String(n)} unknown_field`),
    );
    expect(told({ ...message, profile: unknown })).toHaveLength(20);
    expect(told({ ...message, identifiers: Array.from({ length: 1_500 }, () => ({})) })).toEqual([
      '/identifiers too_many',
    ]);
  });

  it('is told of the one item that is wrong, wherever it stands', () => {
    const items: unknown[] = Array.from({ length: 700 }, () => good);
    items[611] = { ...good, quantity: -1 };
    expect(told(purchase(items))).toEqual(['/data/items/611/quantity below_minimum']);
    items[611] = 'nothing';
    expect(told(purchase(items))).toEqual(['/data/items/611 not_an_object']);
  });
});
