import { withoutValues } from './without-values.js';

describe('a message without values', () => {
  it.each([
    ['invalid input syntax for type uuid: "Canary"', 'invalid input syntax for type uuid: …'],
    [
      'Unexpected token C, ..."name": "Canary" "x"... is not valid JSON',
      'Unexpected token C, ...…... is not valid JSON',
    ],
    ["Cannot read properties of undefined (reading 'Canary')", 'Cannot read properties of undefined (reading …)'],
    ["it's the `Canary` of somebody's", "it's the … of somebody's"],
    ['mail to sara+x@example.com bounced', 'mail to … bounced'],
    ['phone +989121234567 is not one', 'phone +# is not one'],
    ['phone ۰۹۱۲۱۲۳۴۵۶۷ از سارا', 'phone … … …'],
    ['v1 of utf8 is 12.30', 'v1 of utf8 is #.#'],
    ['starts "Canary and does not end', 'starts …'],
    ['first line\nCanary', 'first line…'],
    ['connect ECONNREFUSED', 'connect ECONNREFUSED'],
  ])('%j becomes %j', (message, expected) => {
    expect(withoutValues(message)).toBe(expected);
  });

  it('is short, and soon found, however long the message is', () => {
    expect(withoutValues('word '.repeat(1_000_000)).length).toBeLessThanOrEqual(300);
    expect(withoutValues('"@'.repeat(500_000)).length).toBeLessThanOrEqual(300);
  });
});
