import { parseOptions, usualScenarios } from './options.js';

describe('the options of the bench', () => {
  it('are five rounds of everything that needs no brokers by default', () => {
    expect(parseOptions([])).toMatchObject({ rounds: 5, only: usualScenarios, json: false });
    expect(parseOptions(['--only', 'kafka']).only).toEqual(['kafka']);
  });

  it('choose scenarios by a list, or one by one', () => {
    expect(parseOptions(['--only', 'append,replay', '--only', 'delivery']).only).toEqual([
      'append',
      'replay',
      'delivery',
    ]);
  });

  it('refuse a scenario that does not exist', () => {
    expect(() => parseOptions(['--only', 'apend'])).toThrow("there is no scenario 'apend'");
  });

  it.each(['0', '-1', '2.5', 'many'])('refuse %s rounds', (rounds) => {
    expect(() => parseOptions([`--rounds=${rounds}`])).toThrow('--rounds must be a whole number from 1');
  });

  it('let a quick run still be told how many rounds', () => {
    expect(parseOptions(['--quick']).rounds).toBe(1);
    expect(parseOptions(['--quick', '--rounds', '2']).rounds).toBe(2);
  });
});
