import { type Chance } from '../../../apps/cli/src/simulator/chance.js';
import { type Weather } from '../proxy/tcp-proxy.js';

/** Something that happens to the installation, and for how long. */
export type Fault =
  | {
      readonly kind: 'kill';
      readonly app: string;
      readonly forMs: number;
      /** Once it works; otherwise it may be still starting. */
      readonly whenReady: boolean;
    }
  /** As an operator replaces it: asked to stop, started again when it has, and waited for. */
  | { readonly kind: 'restart'; readonly app: string }
  /** The projector that has most lanes goes, and comes back as one that has none; a frozen one believes that it has them still. */
  | { readonly kind: 'rebalance'; readonly how: 'asked' | 'killed' | 'frozen'; readonly forMs: number }
  | { readonly kind: 'freeze'; readonly app: string; readonly forMs: number }
  | { readonly kind: 'kill-brokers'; readonly nodes: readonly number[]; readonly forMs: number }
  | { readonly kind: 'freeze-broker'; readonly node: number; readonly forMs: number }
  | {
      readonly kind: 'weather';
      readonly link: string;
      readonly weather: Exclude<Weather, 'pass'>;
      readonly forMs: number;
    }
  | { readonly kind: 'reset'; readonly link: string }
  | { readonly kind: 'kill-postgres' };

export interface Step {
  /** From the beginning of the step before. */
  readonly afterMs: number;
  readonly fault: Fault;
}

/** What there is to be broken. */
export interface Targets {
  readonly apps: readonly string[];
  readonly brokers: readonly number[];
  /** Names of proxies. */
  readonly links: readonly string[];
}

/** Consumers' and the relay's leases last ten seconds. */
const PAST_LEASES_MS = { least: 11_000, most: 14_000 };

/** Followers may lag for five seconds. */
const PARTITION_MS = 8_000;

const isKill = ({ kind }: Fault): boolean => kind === 'kill' || kind === 'kill-brokers' || kind === 'kill-postgres';

/** The same seed and targets give the same plan: so many kills, and other faults between them. */
export function planOf(chance: Chance, kills: number, targets: Targets): readonly Step[] {
  const steps: Step[] = [];
  for (let done = 0; done < kills;) {
    const fault = faultOf(chance, targets);
    if (isKill(fault)) done += 1;
    steps.push({ afterMs: chance.between(200, 2_200), fault });
  }
  return steps;
}

/**
 * Each of these proxies in turn, and one at a time, loses all that is sent through it. Between brokers: nobody can follow a broker that
 * clients still reach, for longer than followers may lag, so that it has to be alone before it is over.
 */
export const partitionsOf = (links: readonly string[]): readonly Step[] =>
  links.map((link, n) => ({
    afterMs: n === 0 ? 500 : PARTITION_MS + 2_000,
    fault: { kind: 'weather', link, weather: 'swallow', forMs: PARTITION_MS },
  }));

/** Every program in turn, as often as is asked for. */
export const restartsOf = ({ apps }: Targets, rounds: number): readonly Step[] =>
  Array.from({ length: rounds }, () =>
    apps.map((app): Step => ({ afterMs: 500, fault: { kind: 'restart', app } })),
  ).flat();

/**
 * Projectors leave and join; those that are killed while they apply a page leave it to nobody, and every fourth is frozen for longer
 * than its leases last, with a page in hand or not: it comes back to what others have by then.
 */
export const rebalancesOf = (chance: Chance, count: number): readonly Step[] =>
  Array.from({ length: count }, (_, n) => ({
    afterMs: chance.between(200, 1_500),
    fault:
      n % 4 === 1
        ? { kind: 'rebalance', how: 'frozen', forMs: chance.between(PAST_LEASES_MS.least, PAST_LEASES_MS.most) }
        : { kind: 'rebalance', how: chance.happens(0.6) ? 'asked' : 'killed', forMs: chance.between(0, 2_000) },
  }));

function faultOf(chance: Chance, { apps, brokers, links }: Targets): Fault {
  const kind = chance.weighted([
    ['kill', 50],
    ['freeze', 10],
    ['kill-postgres', 3],
    ['kill-brokers', brokers.length > 0 ? 12 : 0],
    ['freeze-broker', brokers.length > 0 ? 5 : 0],
    ['weather', links.length > 0 ? 14 : 0],
    ['reset', links.length > 0 ? 8 : 0],
  ] as const);
  const app = some(chance, apps);
  switch (kind) {
    case 'kill':
      return { kind, app, forMs: chance.between(0, 1_500), whenReady: chance.happens(0.8) };
    case 'freeze':
      return { kind, app, forMs: freezeMs(chance) };
    case 'kill-postgres':
      return { kind };
    case 'kill-brokers': {
      const first = chance.between(0, brokers.length - 1);
      const many = chance.happens(0.25) ? 2 : 1;
      const nodes = Array.from({ length: many }, (_, n) => brokers[(first + n) % brokers.length] ?? 1);
      return { kind, nodes, forMs: chance.between(500, 3_000) };
    }
    case 'freeze-broker':
      return { kind, node: some(chance, brokers), forMs: chance.between(500, 6_000) };
    case 'weather':
      return { kind, link: some(chance, links), weather: someWeather(chance), forMs: chance.between(500, 7_000) };
    case 'reset':
      return { kind, link: some(chance, links) };
  }
}

const freezeMs = (chance: Chance): number =>
  chance.happens(0.3) ? chance.between(PAST_LEASES_MS.least, PAST_LEASES_MS.most) : chance.between(300, 4_000);

const someWeather = (chance: Chance): Exclude<Weather, 'pass'> =>
  chance.pick(['delay', 'stall', 'swallow', 'deaf', 'refuse'] as const);

function some<Item>(chance: Chance, items: readonly Item[]): Item {
  const item = items[chance.between(0, items.length - 1)];
  if (item === undefined) throw new Error('there is nothing to be broken');
  return item;
}
