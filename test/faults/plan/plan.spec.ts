import { Chance } from '../../../apps/cli/src/simulator/chance.js';
import { partitionsOf, planOf, rebalancesOf } from './plan.js';

const targets = { apps: ['gateway-1', 'projector-1'], brokers: [1, 2, 3], links: ['gateway-1 > postgres', 'kafka-1'] };

describe('a plan of rebalances', () => {
  it('asks, kills, and freezes for longer than leases of ten seconds', () => {
    const plan = rebalancesOf(new Chance(3, 2), 50).map(({ fault }) => fault);
    const hows = plan.map((fault) => (fault.kind === 'rebalance' ? fault.how : fault.kind));
    expect(new Set(hows)).toEqual(new Set(['asked', 'killed', 'frozen']));
    const frozen = plan.flatMap((fault) => (fault.kind === 'rebalance' && fault.how === 'frozen' ? [fault.forMs] : []));
    expect(frozen.length).toBeGreaterThanOrEqual(12);
    expect(Math.min(...frozen)).toBeGreaterThan(10_000);
  });
});

describe('a plan of partitions', () => {
  it('cuts off one at a time, for longer than followers may lag', () => {
    const [first, second] = partitionsOf(['a', 'b']);
    expect(first?.fault).toMatchObject({ link: 'a', weather: 'swallow' });
    const forMs = first?.fault.kind === 'weather' ? first.fault.forMs : 0;
    expect(forMs).toBeGreaterThan(5_000);
    expect(second?.afterMs).toBeGreaterThan(forMs);
  });
});

describe('a plan of faults', () => {
  it('is the same for a seed, and another for another', () => {
    const plan = (seed: number) => planOf(new Chance(seed, 1), 50, targets);
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)).not.toEqual(plan(7));
  });

  it('has so many kills, and everything else between them', () => {
    const kinds = planOf(new Chance(1, 1), 200, targets).map(({ fault }) => fault.kind);
    const kills = kinds.filter((kind) => kind === 'kill' || kind === 'kill-brokers' || kind === 'kill-postgres');
    expect(kills).toHaveLength(200);
    expect(new Set(kinds)).toEqual(
      new Set(['kill', 'freeze', 'kill-brokers', 'freeze-broker', 'weather', 'reset', 'kill-postgres']),
    );
  });

  it('breaks nothing that is not there', () => {
    const kinds = planOf(new Chance(1, 1), 100, { apps: ['gateway-1'], brokers: [], links: [] }).map(
      ({ fault }) => fault.kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['kill', 'freeze', 'kill-postgres']));
  });
});
