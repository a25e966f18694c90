import { cpuUsOf, rateOf, together } from './sample.js';

describe('two processes that worked together', () => {
  const one = { events: 100, seconds: 1, p50Ms: 1, p99Ms: 4, clientCpuUs: 10, serverCpuUs: 40 };
  const other = { events: 300, seconds: 1, p50Ms: 2, p99Ms: 3, clientCpuUs: 10, serverCpuUs: 40 / 3 };

  it('stored what both stored, in the same time', () => {
    expect(rateOf(together([one, other]))).toBeCloseTo(400);
  });

  it('used the server once, though both looked at the whole of it', () => {
    expect(cpuUsOf(together([one, other]))).toBeCloseTo(10 + 4000 / 400);
  });

  it('are as slow as the slower one', () => {
    expect(together([one, other])).toMatchObject({ p50Ms: 2, p99Ms: 4 });
  });

  it('and one alone is itself', () => {
    expect(together([one])).toEqual(one);
    expect(together([{ events: 4, seconds: 2 }])).toEqual({ events: 4, seconds: 2 });
  });
});

it('the CPU time per event is unknown without the server', () => {
  expect(cpuUsOf({ events: 1, seconds: 1, clientCpuUs: 5 })).toBeUndefined();
});
