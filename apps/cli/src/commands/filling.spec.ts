import { fillingLines } from './filling.js';

const lane = (of: Partial<Parameters<typeof fillingLines>[0][number]>) => ({
  ...{
    name: 'timeline',
    version: 3,
    build: 2,
    filling: true,
    eventsBehind: 0,
    owner: '12-a/1',
    state: 'running' as const,
  },
  ...of,
});

describe('what the status says of a build that is being filled', () => {
  it('is what is left over all its lanes, and how many processes share them', () => {
    const lanes = [
      lane({ eventsBehind: 6_000 }),
      lane({ eventsBehind: 1_001, owner: '12-a/2' }),
      lane({ owner: '13-b/3' }),
      lane({ owner: '14-c/4', state: 'waiting', eventsBehind: 3_000 }),
      lane({ build: 1, filling: false, eventsBehind: 9 }),
      lane({ name: 'customers', version: 1, build: 7, owner: null, state: 'waiting', eventsBehind: 5 }),
    ];
    expect(fillingLines(lanes)).toEqual([
      'timeline v3.2 is being filled by 2 processes: 2,501 events are left.',
      'customers v1.7 is being filled by nobody: 5 events are left.',
    ]);
  });

  it('is nothing where none is', () => {
    expect(fillingLines([lane({ filling: false })])).toEqual([]);
  });
});
