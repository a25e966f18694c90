import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type RecordedEvent } from '#kernel';
import { type BreakingConnections, type NextBreak } from '#testing';
import { agents, RandomSupport, randomOf } from './fixtures/random-support.js';
import { type Disturbance, HOUR, ReactingWorld } from './fixtures/reacting-world.js';

/** Random histories; SAFAR_REACTION_SEEDS asks for more of them. */
const SEEDS = Number(process.env['SAFAR_REACTION_SEEDS'] ?? 1);
/** SAFAR_REACTION_DEATHS=every: each statement is somebody's last, which takes hours. */
const EVERY = process.env['SAFAR_REACTION_DEATHS'] === 'every';
const DEEDS = 8;

const undisturbed: Disturbance = { breaks: () => undefined, wrongByMs: () => 0 };

/** Connections break at random statements, before they are sent or when they were executed; mostly the whole worker is gone. */
function disturbed(seed: number, meanLife: number): Disturbance {
  const random = randomOf(seed);
  const breaks: NextBreak = () => ({
    after: 1 + random(2 * meanLife),
    when: random(2) === 0 ? 'before' : 'after',
    forGood: random(4) > 0,
  });
  return { breaks, wrongByMs: () => random(2 * HOUR) - HOUR };
}

/** The worker dies once, at this statement. */
function dying(at: number, when: 'before' | 'after'): Disturbance {
  const deaths = [{ after: at, when, forGood: true }];
  return { ...undisturbed, breaks: () => deaths.shift() };
}

/** Facts that tell when something was due. Others tell when somebody did it, by their own clock. */
const isOfItsTime = (type: string): boolean => type.startsWith('service_clock.') || type === 'conversation.woken';

/** What was stored, by stream: places in the log in words, and without what is sealed anew each time. */
function whatHappened(log: readonly RecordedEvent[]): ReadonlyMap<string, readonly unknown[]> {
  const places = new Map(
    log.map(({ position, stream, version }) => [String(position), `${stream}@${String(version)}`]),
  );
  const told = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string' && /position$/i.test(name)) return places.get(value);
    if (Array.isArray(value)) return value.map((each) => told(each));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(([member]) => member !== 'sealed');
    return Object.fromEntries(members.map(([member, each]) => [member, told(each, member)]));
  };
  const streams = new Map<string, unknown[]>();
  for (const { id, type, stream, key, occurredAt, data, meta } of log) {
    if (type === 'time.passed') continue;
    const happened = { id, type, key, data: told(data), causationId: meta.causationId };
    streams.set(stream, [...(streams.get(stream) ?? []), isOfItsTime(type) ? { ...happened, occurredAt } : happened]);
  }
  return streams;
}

interface Lived {
  readonly happened: ReadonlyMap<string, readonly unknown[]>;
  /** With what came of it when it was handled again. */
  readonly again: ReadonlyMap<string, readonly unknown[]>;
  readonly statements: number;
  readonly breaks: number;
}

/** What is to be lived through: the same history each time. */
interface Life {
  readonly seed: number;
  readonly deeds?: number;
  /** At the end, all that was handled is handled again. */
  readonly forgets?: boolean;
}

async function lived(
  { seed, deeds = DEEDS, forgets = false }: Life,
  disturbance: Disturbance,
  plant?: BreakingConnections['plant'],
): Promise<Lived> {
  const world = await ReactingWorld.open(agents, disturbance);
  world.connections.plant = plant;
  try {
    const support = new RandomSupport(world, seed);
    await support.begin();
    await support.live(deeds);
    const happened = whatHappened(await world.log());
    const { statements, breaks } = world.connections;
    if (forgets) {
      await world.forget();
      await world.settle();
    }
    return { happened, again: whatHappened(await world.log()), statements, breaks };
  } finally {
    await world.close();
  }
}

/** Of every reaction something, or histories would be the same because nothing came of them. */
const toHaveCome = [
  ...['conversation.opened', 'conversation.woken', 'service_policies.applied', 'rule.applied', 'rule.scheduled'],
  ...['routing.item_changed', 'routing.assigned', 'routing.offered'],
  ...['service_clock.activated', 'service_clock.warned', 'service_clock.breached'],
];

const typesIn = ({ happened }: Lived): ReadonlySet<string> =>
  new Set([...happened.values()].flat().map((event) => (event as RecordedEvent).type));

describe('the reactions of an installation', () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
    'do each command once, wherever connections break, whoever dies, and however wrong clocks are (%i)',
    async (seed) => {
      const expected = await lived({ seed }, undisturbed);
      const found = await lived({ seed, forgets: true }, disturbed(seed, 50));
      expect(found.breaks).toBeGreaterThan(20);
      expect(found.happened).toEqual(expected.happened);
      expect(found.again).toEqual(expected.happened);
      if (seed === 1) expect(toHaveCome.filter((type) => !typesIn(expected).has(type))).toEqual([]);
    },
    120_000,
  );

  it('would be seen to fail if ids were chance, or what belongs together were stored apart', async () => {
    const life = { seed: 1, deeds: 1 };
    const expected = await lived(life, undisturbed);
    const plants: readonly Planted[] = [chanceIds, storedApart()];
    for (const [index, plant] of plants.entries()) {
      const { happened } = await lived(life, undisturbed, plant);
      expect([index, isDeepStrictEqual(happened, expected.happened)]).toEqual([index, false]);
    }
  }, 120_000);

  if (EVERY)
    it('do each command once, whichever statement is the last one of a worker', async () => {
      const expected = await lived({ seed: 1 }, undisturbed);
      for (let at = 1; at <= expected.statements; at += 1) {
        const { happened } = await lived({ seed: 1 }, dying(at, at % 2 === 0 ? 'before' : 'after'));
        expect({ at, happened }).toEqual({ at, happened: expected.happened });
      }
    }, 86_400_000);
});

type Planted = NonNullable<BreakingConnections['plant']>;

const chanceIds: Planted = (text, values) => {
  const ids = text.startsWith('INSERT INTO es.reaction_commands') ? values[3] : undefined;
  return [
    text,
    Array.isArray(ids)
      ? values.with(
          3,
          ids.map(() => randomUUID()),
        )
      : values,
  ];
};

/** And the connection breaks between the parts, once, in a page that is not the first of its conversation. */
function storedApart(): Planted {
  let pages = 0;
  return (text, values) => {
    if (text.startsWith('DELETE FROM es.reaction_timers') && values[0] === 'routing-turns' && ++pages === 2)
      throw new Error('Connection terminated unexpectedly');
    return [text === 'BEGIN' ? 'SELECT 1' : text, values];
  };
}
