import { createMetrics } from '#platform/telemetry';
import { Debugger } from './debugger.js';

const MINUTE_MS = 60_000;

describe('what the debugger keeps', () => {
  let entries: Debugger;
  beforeEach(() => {
    jest.useFakeTimers();
    entries = new Debugger(createMetrics({ ofProcess: false }));
  });
  afterEach(() => {
    entries.onModuleDestroy();
    jest.useRealTimers();
  });
  const note = (id: string, source = 'shop') => {
    entries.note('touchpoints', source, { status: 'duplicate', id });
  };
  const ids = () => entries.latest(undefined, 50).map(({ touchpointId }) => touchpointId);

  it('is no id of anybody for longer than an hour, whoever is erased meanwhile', () => {
    note('first');
    note('other', 'crm');
    jest.advanceTimersByTime(31 * MINUTE_MS);
    note('second');
    jest.advanceTimersByTime(30 * MINUTE_MS);
    expect([ids(), entries.sources]).toEqual([['second'], ['shop']]);
    note('third');
    expect(ids()).toEqual(['third', 'second']);
    jest.advanceTimersByTime(62 * MINUTE_MS);
    expect([ids(), entries.sources]).toEqual([[], []]);
    note('fourth');
    expect(ids()).toEqual(['fourth']);
  });

  it('is no name that a sender made up', () => {
    const errors = [
      { pointer: '/data/ada_larsen', code: 'unknown_field', detail: '' },
      { pointer: '/09121234567', code: 'unknown_field', detail: '' },
      { pointer: '/identifiers/0/value', code: 'malformed', detail: '' },
    ];
    entries.note('touchpoints', 'shop', { status: 'refused', code: 'invalid', errors });
    expect(entries.latest('shop', 1)[0]?.errors.map(({ pointer }) => pointer)).toEqual([
      '/data/…',
      '/…',
      '/identifiers/0',
    ]);
  });
});
