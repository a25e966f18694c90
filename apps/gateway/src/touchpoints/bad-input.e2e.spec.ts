import { as, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';

const good = JSON.stringify(touchpoint('t-1'));
const withMember = (member: string) => good.replace(/}$/, `,${member}}`);
const withData = (data: string) => good.replace('"data":{}', `"data":${data}`);
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Bodies of one touchpoint, by family; none of them may ever be stored, crash anything or take long. */
const families: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>> = {
  JSON: {
    'cut off': good.slice(0, -1),
    'cut off in a string': good.slice(0, 20),
    'two values': `${good}${good}`,
    'a comma at the end': good.replace(/}$/, ',}'),
    'a comment': `/* */${good}`,
    'single quotes': good.replaceAll('"', "'"),
    NaN: withMember('"x":NaN'),
    'a duplicate member': withMember('"id":"t-2"'),
    'a duplicate member, spelled with an escape': withMember('"\\u0069d":"t-2"'),
    'a duplicate member deep inside': withData('{"page":"/","page":"/x"}'),
    'depth 33': withData(`{"x":${nested(31)}}`),
    'depth 10,000': `{"x":${nested(10_000)}}`,
    'a number': '17',
    'a text': '"touchpoint"',
    null: 'null',
    'nothing but white space': ' \n ',
  },
  'prototype keys': {
    __proto__: withMember('"__proto__":{"admin":true}'),
    '__proto__, spelled with an escape': withMember('"\\u005f_proto__":{"admin":true}'),
    '__proto__ inside': withData('{"__proto__":{"admin":true}}'),
    'constructor.prototype': withMember('"constructor":{"prototype":{"admin":true}}'),
    hasOwnProperty: withData('{"hasOwnProperty":1}'),
    'toString for a kind': good.replace('"visit"', '"toString"'),
    '__proto__ for a kind': good.replace('"visit"', '"__proto__"'),
  },
  numbers: {
    '2^53 + 1': withData('{"pagesViewed":9007199254740993}'),
    '1e400': withData('{"pagesViewed":1e400}'),
    '2^31 where it is too many': withData('{"pagesViewed":2147483648}'),
    negative: withData('{"pagesViewed":-1}'),
    'a fraction': withData('{"pagesViewed":1.5}'),
  },
  text: {
    'invalid UTF-8': Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from([0xc3, 0x28, 0x7d])]),
    'an overlong encoding': Buffer.from(good.replace('t-1', 't\u00c0\u0080'), 'latin1'),
    'UTF-16': Buffer.from(good, 'utf16le'),
    'U+0000': good.replace('t-1', 't\\u0000'),
    'U+0000 as it is': good.replace('t-1', 't\u0000'),
    'half of a surrogate pair': good.replace('t-1', 't\\ud800'),
    'a bidi override in an id': good.replace('t-1', 't\\u202e1'),
    '10,000 combining marks in an id': good.replace('t-1', `t${'\u0301'.repeat(10_000)}`),
  },
  times: {
    'year 0': good.replace('2026', '0000'),
    'year 9999': good.replace('2026', '9999'),
    'a day that does not exist': good.replace('03-20', '02-30'),
    'no zone': good.replace('00:00Z', '00:00'),
    'a number': good.replace('"2026-03-20T10:00:00Z"', '1774000000000'),
    'the future': good.replace('2026', '2099'),
  },
};

describe('bad input', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openGateway();
  });
  afterAll(() => gateway.app.close());

  const post = (payload: string | Buffer, type = 'application/json') =>
    gateway.app.inject({
      method: 'POST',
      url: '/v1/touchpoints',
      headers: { ...as(keys.writer), 'content-type': type },
      payload,
    });

  describe.each(Object.entries(families))('of the family %s', (_, bodies) => {
    it.each(Object.keys(bodies))('is refused: %s', async (name) => {
      const answer = await post(bodies[name] ?? '');
      expect([400, 413, 422]).toContain(answer.statusCode);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect({ ...(await post(bodies[name] ?? '')).json(), traceId: '' }).toEqual({ ...answer.json(), traceId: '' });
    });

    // What is no JSON value ends an array, so that only what is one can stand between others.
    const values = Object.keys(bodies).filter((name) => !/^(cut off|two values|a comment|nothing|UTF-16)/.test(name));
    it.each(values)('never rejects its neighbours in an array: %s', async (name) => {
      const bytes = Buffer.concat([`[${good},`, bodies[name] ?? '', `,${good}]`].map((part) => Buffer.from(part)));
      const { results } = (await post(bytes)).json();
      expect(results.map(({ status }: { status: string }) => status)).toEqual(['accepted', 'refused', 'accepted']);
    });

    const lines = Object.keys(bodies).filter((name) => !/^(nothing|UTF-16)/.test(name));
    it.each(lines)('never rejects its neighbours among lines: %s', async (name) => {
      const bytes = Buffer.concat([`${good}\n`, bodies[name] ?? '', `\n${good}`].map((part) => Buffer.from(part)));
      const results = (await post(bytes, 'application/x-ndjson')).body.trim().split('\n');
      expect(results.map((result) => JSON.parse(result).status)).toEqual(['accepted', 'refused', 'accepted']);
    });
  });

  it('leaves nothing behind in the prototypes of the process', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    ['an array that does not end', `[${good}`],
    ['an array with a hole', `[${good},,${good}]`],
    ['an array with a comma at the end', `[${good},]`],
    ['an array with something behind it', `[${good}] ${good}`],
    ['an array that ends as an object', `[${good}}`],
    ['an array of nothing but commas', '[,]'],
  ])('is refused as a whole where its items cannot be told apart: %s', async (_, body) => {
    expect([(await post(body)).statusCode, (await post(body)).json().code]).toEqual([400, 'malformed_json']);
  });

  it('may begin with a byte order mark, which is not content', async () => {
    expect((await post(`\ufeff${good}`)).statusCode).toBe(201);
    expect((await post(`\ufeff[${good}]`)).json().accepted).toBe(1);
  });

  it.each([
    ['many escapes', `[${`"${'\\u0041'.repeat(5_000)}",`.repeat(130)}1]`, 200],
    ['many levels', nested(2_000_000), 200],
    ['many quotation marks', `[${'"'.repeat(4_000_000)}]`, 200],
    ['many backslashes', `["${'\\'.repeat(4_000_000)}"]`, 200],
    ['many commas', ','.repeat(4_000_000), 413],
    ['many colons', `{"a"${':'.repeat(4_000_000)}}`, 413],
  ])('of 4 MB is read once, from its beginning to its end: %s', async (_, body, status) => {
    expect((await post(body)).statusCode).toBe(status);
  });

  it('is answered after smaller requests that came later: a long array lets them go first', async () => {
    const answered: string[] = [];
    const array = post(`[${Array.from({ length: 1_000 }, () => good).join(',')}]`).then(() => answered.push('array'));
    const other = gateway.app.inject('/livez').then(() => answered.push('other'));
    await Promise.all([array, other]);
    expect(answered).toEqual(['other', 'array']);
  });
});
