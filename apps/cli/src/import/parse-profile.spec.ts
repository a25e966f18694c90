import { builtInProfiles, loadProfile } from './built-in-profiles.js';
import { parseProfile } from './parse-profile.js';

const minimal = {
  safarProfile: 1,
  name: 'shop',
  columns: { order: 'Order', total: { from: 'Total', type: 'decimal', required: true }, note: 'Note' },
  touchpoints: [
    {
      touchpoint: {
        id: '{order}',
        source: 'shop',
        kind: 'purchase',
        occurredAt: '2026-03-21T10:00:00Z',
        identifiers: [{ kind: 'customer_number', value: '{order}' }],
        data: { orderId: '{order}', amount: { money: 'total', currency: 'GBP' } },
      },
    },
  ],
};

const problemsOf = (changes: object): readonly string[] => {
  const parsed = parseProfile({ ...minimal, ...changes });
  return parsed.ok ? [] : parsed.problems;
};

describe('a mapping profile', () => {
  it('is accepted when all is well', () => {
    expect(parseProfile(minimal)).toMatchObject({ ok: true, profile: { name: 'shop', input: { format: 'csv' } } });
  });

  it.each(builtInProfiles)('%s, which comes with Safar, is', async (name) => {
    await expect(loadProfile(name)).resolves.toMatchObject({ name });
  });

  it('says everything that is wrong at once, each with its path', () => {
    const problems = problemsOf({
      safarProfile: 2,
      nmae: 'x',
      columns: { order: 'Order', when: { from: 'When', type: 'date', zone: 'Mars/Olympus', formats: ['yyyy-MM'] } },
      refuse: [{ when: { column: 'ordre', empty: true }, reason: 'No Order' }],
      groupBy: ['shop'],
      touchpoints: [],
    });
    expect(problems).toEqual([
      'nmae is not known; known here: safarProfile, name, description, input, columns, rowId, refuse, groupBy, uniform, common, touchpoints',
      'safarProfile must be 1',
      'columns.when.formats "yyyy-MM" needs a year, a month and a day',
      'columns.when.zone "Mars/Olympus" is not an IANA time zone',
      'touchpoints needs at least one entry',
      'refuse[0].reason must be snake_case, for example no_customer',
      'refuse[0].when.column names the column "ordre", which "columns" does not declare',
      'groupBy names the column "shop", which "columns" does not declare',
    ]);
  });

  it.each([
    ['uses a column that is not declared', { id: '{ordr}' }, /id uses \{ordr\}/],
    ['uses a row id that is not made', { id: '{rowId}' }, /id uses \{rowId\}/],
    ['has a lonely brace', { id: 'a}b' }, /single brace/],
    [
      'takes money from text',
      { data: { amount: { money: 'note', currency: 'GBP' } } },
      /needs a column of type whole or decimal; note is text/,
    ],
    ['has no currency', { data: { amount: { money: 'total', currency: 'pounds' } } }, /at most 3 characters/],
    ['has an unknown shape', { data: { amount: { total: 'total' } } }, /needs one of number, map, money/],
    ['has no identifier', { identifiers: [] }, /needs at least one identifier/],
    [
      'adds up a column that may be empty',
      { data: { amount: { sum: ['points'], currency: 'GBP' } } },
      /"required": true on the column points/,
    ],
  ])('is refused when a touchpoint %s', (_what, changes, problem) => {
    const touchpoint = { ...minimal.touchpoints[0]?.touchpoint, ...changes };
    const columns = { ...minimal.columns, points: { from: 'Points', type: 'whole' } };
    expect(problemsOf({ columns, touchpoints: [{ touchpoint }] }).join('\n')).toMatch(problem);
  });

  it('cannot reach into the prototype, nest for ever, or be anything else', () => {
    expect(problemsOf({ columns: JSON.parse('{"__proto__": "x", "order": "Order"}') as object }).join()).toMatch(
      /__proto__/,
    );
    let nested: object = { column: 'order', empty: true };
    for (let depth = 0; depth < 100; depth += 1) nested = { not: nested };
    expect(problemsOf({ refuse: [{ when: nested, reason: 'deep' }] }).join()).toMatch(/nested too deeply/);
    for (const document of [null, [], 'x', 7]) expect(parseProfile(document).ok).toBe(false);
  });

  it('that does not exist is an error with the names of those that do', async () => {
    await expect(loadProfile('no-such-profile')).rejects.toMatchObject({
      message: 'There is no profile "no-such-profile".',
      remedy: expect.stringContaining('online-retail') as unknown,
    });
  });
});
