import { type Measurement, type Sample } from '../harness/sample.js';
import { goals, judge, type Judged } from './targets.js';

const at = (contestant: string, round: number, sample: Partial<Sample>, cell = '64 callers × 1'): Measurement => ({
  scenario: 'append',
  cell,
  contestant,
  round,
  sample: { events: 100, seconds: 1, ...sample },
});

const judged = (name: string, measurements: readonly Measurement[]): Judged => {
  const goal = goals.find((candidate) => candidate.name === name);
  if (!goal) throw new Error(`no goal ${name}`);
  return judge(goal, measurements);
};

describe('a goal', () => {
  const rate = `append, 64 callers × 1: rate, of Emmett's`;

  it('is reached, half reached, or missed', () => {
    const times = (factor: number): readonly Measurement[] => [
      at('emmett', 1, {}),
      at('safar', 1, { events: 100 * factor }),
    ];
    expect(judged(rate, times(13)).verdict).toBe('aim');
    expect(judged(rate, times(6)).verdict).toBe('must');
    expect(judged(rate, times(5.9)).verdict).toBe('missed');
  });

  it('may want less instead of more', () => {
    const cpu = 'append, 64 callers × 1: CPU time per event';
    expect(judged(cpu, [at('safar', 1, { clientCpuUs: 20, serverCpuUs: 20 })]).verdict).toBe('aim');
    expect(judged(cpu, [at('safar', 1, { clientCpuUs: 50, serverCpuUs: 60 })]).verdict).toBe('missed');
  });

  it('is unknown when it was not measured', () => {
    expect(judged(rate, [at('safar', 1, {})])).toMatchObject({ value: null, verdict: 'unknown' });
  });

  it('of nothing lost is missed by one event in one round', () => {
    const cell = '32 writers in 4 processes';
    const rounds = [0, 0, 1].map((lost, index) => ({
      ...at('safar', index + 1, { lost }, cell),
      scenario: 'delivery',
    }));
    expect(judged(`delivery, ${cell}: lost`, rounds).verdict).toBe('missed');
    expect(judged(`delivery, ${cell}: lost`, rounds.slice(0, 2)).verdict).toBe('aim');
  });
});
