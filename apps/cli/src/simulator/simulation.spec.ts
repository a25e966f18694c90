import { createHash } from 'node:crypto';
import { parsePhoneNumberFromString as parsePhone } from 'libphonenumber-js/max';
import { channels, kindOf, parseTouchpoint, touchpointKinds, type TouchpointDto } from '#contracts';
import { canonicalJson } from '#kernel';
import { FRIDAY, localHour, weekday } from './calendar.js';
import { cast, leavingCustomer } from './cast.js';
import { customerNumber } from './person.js';
import { TONDAR } from './places.js';
import { fingerprintOf, Simulation, type SimulationPlan } from './simulation.js';
import { TROUBLE_DAYS } from './world.js';

const DAY = 86_400_000;
const until = Date.UTC(2026, 10, 22, 8);
const demo: SimulationPlan = { seed: 7, customers: 300, years: 1.5, until };
const historyOf = (changes: Partial<SimulationPlan> = {}): readonly TouchpointDto[] => [
  ...new Simulation({ ...demo, ...changes }).history(),
];
const hashOf = (touchpoints: readonly TouchpointDto[]): string => {
  const hash = createHash('sha256');
  for (const touchpoint of touchpoints) hash.update(`${JSON.stringify(touchpoint)}\n`);
  return hash.digest('hex');
};

const small = historyOf();
/** Large enough for shares to mean something. */
const large = historyOf({ customers: 1200, years: 2 });

interface Details {
  readonly [name: string]: unknown;
  readonly orderId?: string;
  readonly status?: string;
  readonly promiseId?: string;
  readonly dueAt?: string;
  readonly author?: string;
}
const detailsOf = ({ data }: TouchpointDto): Details => data;
const at = ({ occurredAt }: TouchpointDto): number => Date.parse(occurredAt);
const customerOf = ({ identifiers }: TouchpointDto): string =>
  identifiers.find(({ kind }) => kind === 'customer_number')?.value ?? '';
const of = (touchpoints: readonly TouchpointDto[], kind: string) => touchpoints.filter((one) => one.kind === kind);
const textsOf = (touchpoint: TouchpointDto): readonly string[] =>
  ['text', 'comment', 'notes', 'what', 'title', 'question', 'reward', 'subject']
    .map((name) => detailsOf(touchpoint)[name])
    .filter((text) => typeof text === 'string');
const isPersian = (text: string): boolean => /[\u0600-\u06ff]/.test(text);
const isLatin = (text: string): boolean => /[a-z]{2}/i.test(text);

describe('a simulated history', () => {
  it('is the same, byte for byte, for the same seed and the same end', () => {
    expect(hashOf(historyOf())).toBe(hashOf(small));
    expect(hashOf(historyOf({ seed: 8 }))).not.toBe(hashOf(small));
  });

  // On every machine and Node. When this changes on purpose, MODEL_VERSION has to be raised with it.
  it('is this one', () => {
    expect({ fingerprint: fingerprintOf(demo), hash: hashOf(small) }).toMatchInlineSnapshot(`
      {
        "fingerprint": "simd759201b",
        "hash": "b1634ee584ca0074a1c5e0c102b5a1962845d5871f5897b7a5644500c913b782",
      }
    `);
  });

  it('has ids of its own for every seed, size and end', () => {
    const plans = [demo, { ...demo, seed: 8 }, { ...demo, customers: 301 }, { ...demo, years: 2 }];
    const all = [...plans, { ...demo, until: until + 1 }].map(fingerprintOf);
    expect(new Set(all).size).toBe(5);
    expect(new Set(large.map(({ id }) => id)).size).toBe(large.length);
  });

  it('goes from its beginning to its end without stepping back', () => {
    const times = large.map(at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(until - 2 * 365.25 * DAY);
    expect(times.at(-1)).toBeLessThan(until);
    expect(until - times.at(-1)!).toBeLessThan(DAY);
  });

  it('holds as many people as were asked for', () => {
    const people = new Set(small.map(({ id }) => id.split('-')[1]));
    expect(people.size).toBe(300);
  });

  it('is accepted, every touchpoint of the first 10,000 and more', () => {
    expect(small.length).toBeGreaterThan(10_000);
    const wrong = small.filter((touchpoint) => {
      const parsed = parseTouchpoint(touchpoint, until);
      // And stored as it was generated: nothing that reading would change.
      return !parsed.ok || canonicalJson(parsed.value) !== canonicalJson(touchpoint);
    });
    expect(wrong).toEqual([]);
  });

  it('needs memory for who is a customer, not for how long', () => {
    const mostPlanned = (years: number): number => {
      const simulation = new Simulation({ ...demo, years });
      let most = 0;
      for (const touchpoint of simulation.history())
        if (touchpoint.id.endsWith('0')) most = Math.max(most, simulation.planned);
      return most;
    };
    expect(mostPlanned(6)).toBeLessThan(mostPlanned(1.5) * 1.5);
  });
});

describe('what happens in the demo', () => {
  it('is of every kind, in Persian and in English', () => {
    for (const language of [isPersian, (text: string) => isLatin(text) && !isPersian(text)]) {
      const spoken = new Set(small.filter((one) => textsOf(one).some(language)).map(({ kind }) => kindOf(kind)));
      const wordless = ['visit', 'cart_abandoned', 'purchase'];
      expect([...spoken, ...wordless].sort()).toEqual(expect.arrayContaining([...touchpointKinds].sort()));
    }
    expect(new Set(small.map(({ kind }) => kindOf(kind)))).toEqual(new Set(touchpointKinds));
  });

  it('is on every channel that people of today use', () => {
    const onPaper = ['letter', 'fax', 'referral'];
    const expected = channels.filter((channel) => !onPaper.includes(channel)).sort();
    expect([...new Set(small.map(({ channel }) => channel))].sort()).toEqual(expected);
  });

  it('is written in both directions, also in one text', () => {
    const texts = small.flatMap(textsOf);
    const mixed = texts.filter((text) => isPersian(text) && isLatin(text));
    expect(mixed.length).toBeGreaterThan(300);
    expect(texts.filter((text) => isPersian(text) && !isLatin(text)).length).toBeGreaterThan(300);
    expect(texts.filter((text) => !isPersian(text)).length).toBeGreaterThan(300);
    // Every place in a template was filled.
    expect(texts.filter((text) => /[{}]|undefined/.test(text))).toEqual([]);
  });

  it('is varied', () => {
    const messages = of(small, 'message').filter((one) => detailsOf(one).author === 'customer');
    const different = new Set(messages.flatMap(textsOf));
    expect(messages.length).toBeGreaterThan(500);
    expect(different.size / messages.length).toBeGreaterThan(0.6);
  });

  it('names nobody who exists: reserved domains, numbers and handles that are nobody’s', () => {
    const identifiers = large.flatMap((one) => one.identifiers);
    const valuesOf = (kind: string) =>
      new Set(identifiers.filter((one) => one.kind === kind).map(({ value }) => value));
    const reserved = /@(example\.(com|org|net)|[a-z]+\.example)$/;
    expect([...valuesOf('email')].filter((email) => !reserved.test(email))).toEqual([]);
    const phones = valuesOf('phone');
    const nobodys =
      /^(\+98955\d{7}|\+44(7700900|2079460|1632960)\d{3}|\+1\d{3}55501\d\d|\+49(3023125|6990009|4066969|2214710|8999998)\d{3}|\+33(63998|19900)\d{4})$/;
    expect([...phones].filter((phone) => !nobodys.test(phone))).toEqual([]);
    const iranian = [...phones].filter((phone) => phone.startsWith('+98'));
    expect(iranian.length).toBeGreaterThan(500);
    // The form of a number, in no range that anybody was given.
    expect(iranian.filter((phone) => !parsePhone(phone)?.isPossible() || parsePhone(phone)?.isValid())).toEqual([]);
    for (const kind of ['telegram', 'bale', 'instagram', 'facebook', 'x'])
      expect([...valuesOf(kind)].filter((handle) => !handle.endsWith('_example'))).toEqual([]);
    const links = JSON.stringify(large).match(/https?:\/\/[^/"]+/g) ?? [];
    for (const link of new Set(links)) expect(link).toMatch(/\.example$/);
  });
});

describe('how customers behave', () => {
  const purchases = of(large, 'purchase');
  const perCustomer = new Map<string, number>();
  for (const one of purchases) perCustomer.set(customerOf(one), (perCustomer.get(customerOf(one)) ?? 0) + 1);

  it('differs: many buy once or twice, a few buy most', () => {
    const counts = [...perCustomer.values()].sort((a, b) => b - a);
    const best = counts.slice(0, Math.round(counts.length / 5)).reduce((sum, count) => sum + count, 0);
    expect(best / purchases.length).toBeGreaterThan(0.4);
    expect(counts.filter((count) => count <= 2).length / counts.length).toBeGreaterThan(0.3);
    expect(counts.filter((count) => count > 1).length / counts.length).toBeGreaterThan(0.5);
  });

  const isIranian = (one: TouchpointDto): boolean => one.profile?.country === 'IR';
  const perDay = (from: string, to: string, where: (one: TouchpointDto) => boolean): number =>
    purchases.filter((one) => where(one) && one.occurredAt >= from && one.occurredAt < to).length /
    ((Date.parse(to) - Date.parse(from)) / DAY);

  it('follows the seasons: before Nowruz and Yalda in Iran, on Black Friday elsewhere', () => {
    const ordinary = perDay('2026-04-15', '2026-06-15', isIranian);
    expect(perDay('2026-02-20', '2026-03-17', isIranian)).toBeGreaterThan(ordinary * 1.3);
    expect(perDay('2026-03-20', '2026-04-01', isIranian)).toBeLessThan(ordinary * 0.7);
    expect(perDay('2025-12-13', '2025-12-21', isIranian)).toBeGreaterThan(ordinary * 1.1);
    const abroad = (one: TouchpointDto): boolean => !isIranian(one);
    expect(perDay('2025-11-27', '2025-12-02', abroad)).toBeGreaterThan(
      perDay('2025-10-01', '2025-11-20', abroad) * 1.7,
    );
  });

  it('happens while people are awake', () => {
    const atNight = purchases.filter((one) => isIranian(one) && localHour('tehran', at(one)) < 6);
    expect(atNight.length / purchases.length).toBeLessThan(0.05);
  });

  it('meets colleagues in working hours only: no Friday in Iran, no weekend elsewhere', () => {
    const homes = new Map(large.filter(({ profile }) => profile).map((one) => [customerOf(one), one.profile!.country]));
    const byPeople = large.filter((one) => detailsOf(one).author === 'agent' || one.kind === 'follow_up');
    const iranian = byPeople.filter((one) => customerOf(one) !== '' && homes.get(customerOf(one)) === 'IR');
    const others = byPeople.filter((one) => customerOf(one) !== '' && homes.get(customerOf(one)) !== 'IR');
    expect(iranian.length).toBeGreaterThan(1000);
    expect(others.length).toBeGreaterThan(500);
    expect(iranian.filter((one) => weekday('tehran', at(one)) === FRIDAY)).toEqual([]);
    expect(others.filter((one) => [0, 6].includes(weekday('berlin', at(one))))).toEqual([]);
  });
});

describe('the story', () => {
  const since = until - TROUBLE_DAYS * DAY;

  interface Delivery {
    readonly at: number;
    readonly city: string;
    readonly partner: string;
    readonly daysLate: number;
  }
  const deliveries = of(large, 'custom:order_delivered').map((one): Delivery => ({
    at: at(one),
    ...(one.data as Omit<Delivery, 'at'>),
  }));
  const lateShare = (which: (delivery: Delivery) => boolean): number => {
    const chosen = deliveries.filter(which);
    expect(chosen.length).toBeGreaterThanOrEqual(30);
    return chosen.filter(({ daysLate }) => daysLate > 2).length / chosen.length;
  };
  const isTondar = ({ partner }: Delivery): boolean => partner === TONDAR;

  it('is about one partner, in one city, since one day', () => {
    const inIsfahan = (one: Delivery): boolean => isTondar(one) && one.city === 'Isfahan';
    expect(lateShare((one) => inIsfahan(one) && one.at > since + 10 * DAY)).toBeGreaterThan(0.5);
    expect(lateShare((one) => inIsfahan(one) && one.at < since)).toBeLessThan(0.02);
    expect(lateShare((one) => !isTondar(one) && one.city === 'Isfahan')).toBeLessThan(0.02);
    expect(lateShare((one) => isTondar(one) && one.city !== 'Isfahan')).toBeLessThan(0.02);
  });

  it('is about complaints, returns and low scores too', () => {
    const late = of(large, 'complaint').filter((one) => detailsOf(one)['issue'] === 'Late delivery');
    const blamed = late.filter((one) => detailsOf(one)['subissue'] === TONDAR && at(one) > since);
    expect(blamed.length).toBeGreaterThan(20);
    expect(blamed.length / late.length).toBeGreaterThan(0.9);
    const tooLate = of(large, 'return').filter((one) => detailsOf(one)['reason'] === 'too_late');
    expect(tooLate.length).toBeGreaterThan(5);
    expect(tooLate.filter((one) => at(one) < since)).toEqual([]);
    const cityOf = new Map(large.filter(({ profile }) => profile).map((one) => [customerOf(one), one.profile!.city]));
    const scores = of(large, 'survey_answer').filter((one) => detailsOf(one)['survey'] === 'csat' && at(one) > since);
    const mean = (city: string, isThere: boolean): number => {
      const all = scores
        .filter((one) => (cityOf.get(customerOf(one)) === city) === isThere)
        .flatMap((one) => (typeof detailsOf(one)['score'] === 'number' ? [Number(detailsOf(one)['score'])] : []));
      return all.reduce((sum, score) => sum + score, 0) / all.length;
    };
    expect(mean('اصفهان', false) - mean('اصفهان', true)).toBeGreaterThan(0.7);
  });

  it('is visible in the small demo, with 30 orders that it hit or more', () => {
    const hit = of(small, 'custom:order_dispatched').filter(
      (one) => at(one) > since && detailsOf(one)['partner'] === TONDAR && detailsOf(one)['city'] === 'Isfahan',
    );
    expect(hit.length).toBeGreaterThanOrEqual(30);
  });

  it.each([demo, { ...demo, seed: 3, customers: 20, years: 0.5 }, { ...demo, until: Date.UTC(2025, 2, 23, 21) }])(
    'has a customer who is about to leave: %j',
    (plan) => {
      const hers = historyOf(plan).filter((one) => customerOf(one) === leavingCustomer);
      const bought = of(hers, 'purchase').map(at);
      const last = bought.at(-1)!;
      const gaps = bought.slice(1).map((time, index) => time - bought[index]!);
      const usual = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
      // Twice as long without an order as is usual for her, and no word for a month.
      expect(plan.until - last).toBeGreaterThan(60 * DAY);
      expect(plan.until - last).toBeGreaterThan(1.8 * usual);
      expect(plan.until - at(hers.at(-1)!)).toBeGreaterThan(30 * DAY);
      expect(of(hers, 'complaint')).toHaveLength(2);
      const promised = of(hers, 'promise').filter((one) => detailsOf(one).promiseId?.startsWith('p-'));
      expect(promised.map((one) => detailsOf(one).status)).toEqual(['made', 'made']);
      expect(of(hers, 'survey_answer').map((one) => detailsOf(one)['score'])).toContain(2);
    },
  );

  it('has promises: kept, kept late, broken, and due within hours', () => {
    const promises = new Map<string, { dueAt: number; madeAt: number; keptAt?: number }>();
    const changed: string[] = [];
    for (const one of of(large, 'promise')) {
      const { promiseId, status, dueAt } = detailsOf(one);
      const known = promises.get(promiseId!);
      if (status === 'made') promises.set(promiseId!, { dueAt: Date.parse(dueAt!), madeAt: at(one) });
      else if (known && status === 'kept') promises.set(promiseId!, { ...known, keptAt: at(one) });
      // What is kept, moved or waived was made for the same time.
      if (known && known.dueAt !== Date.parse(dueAt!)) changed.push(promiseId!);
    }
    expect(changed).toEqual([]);
    const all = [...promises.values()];
    expect(all.filter(({ madeAt, dueAt }) => madeAt >= dueAt)).toEqual([]);
    const share = (which: (promise: (typeof all)[number]) => boolean) => all.filter(which).length / all.length;
    expect(share(({ keptAt, dueAt }) => keptAt !== undefined && keptAt <= dueAt)).toBeGreaterThan(0.85);
    expect(share(({ keptAt, dueAt }) => keptAt !== undefined && keptAt > dueAt)).toBeGreaterThan(0.02);
    expect(share(({ keptAt, dueAt }) => keptAt === undefined && dueAt < until)).toBeGreaterThan(0.005);
    const reza = ['reza-1', 'reza-2', 'reza-3'].map((id) => (promises.get(id)!.dueAt - until) / 3_600_000);
    expect(reza).toEqual([-48, 3, 26]);
  });

  it('has one person who is two customers, by e-mail and by phone, and nobody else who is', () => {
    const owners = new Map<string, Set<string>>();
    for (const one of large)
      for (const { kind, value } of one.identifiers)
        if (kind !== 'customer_number' && customerOf(one) !== '')
          owners.set(`${kind}:${value}`, (owners.get(`${kind}:${value}`) ?? new Set()).add(customerOf(one)));
    const shared = [...owners].filter(([, customers]) => customers.size > 1);
    const sara = new Set([customerNumber(cast.twiceByWeb), customerNumber(cast.twiceByPhone)]);
    expect(new Map(shared)).toEqual(
      new Map([
        ['email:sara.ahmadi@example.com', sara],
        ['phone:+989550000002', sara],
      ]),
    );
    const names = new Set(large.filter((one) => sara.has(customerOf(one))).map((one) => one.profile?.name));
    names.delete(undefined);
    expect(names).toEqual(new Set(['Sara Ahmadi', 'سارا احمدی']));
  });
});

describe('going live', () => {
  const liveOf = (startedAt: number, count: number): readonly TouchpointDto[] => {
    const simulation = new Simulation({ ...demo, customers: 40 });
    for (const touchpoint of simulation.history()) if (at(touchpoint) >= until) throw new Error('beyond the end');
    const next = simulation.goLive(startedAt);
    return Array.from({ length: count }, (_, n) => next(startedAt + n * 200)!);
  };
  const startedAt = until + 5 * 3_600_000;

  it('goes on for ever, each touchpoint at its moment, valid, and none of the history', () => {
    const live = liveOf(startedAt, 3000);
    const known = new Set(historyOf({ customers: 40 }).map(({ id }) => id));
    const wrong = live.filter(
      (touchpoint, n) =>
        at(touchpoint) !== startedAt + n * 200 ||
        known.has(touchpoint.id) ||
        !parseTouchpoint(touchpoint, at(touchpoint)).ok,
    );
    expect(wrong).toEqual([]);
    expect(new Set(live.map(({ id }) => id)).size).toBe(3000);
  });

  it('promises times that are still to come, and keeps to them', () => {
    const due = new Map<string, string>();
    for (const one of of(liveOf(startedAt, 3000), 'promise')) {
      const { promiseId, status, dueAt } = detailsOf(one);
      if (status === 'made') expect(Date.parse(dueAt!)).toBeGreaterThan(at(one));
      if (status === 'made') due.set(promiseId!, dueAt!);
      else expect(due.get(promiseId!)).toBe(dueAt);
    }
    expect(due.size).toBeGreaterThan(50);
  });

  it('has other ids and orders each time', () => {
    const [first, second] = [liveOf(startedAt, 500), liveOf(startedAt + 60_000, 500)];
    const ids = new Set(first.map(({ id }) => id));
    expect(second.filter(({ id }) => ids.has(id))).toEqual([]);
    const orders = new Set(of(first, 'purchase').map((one) => detailsOf(one).orderId));
    expect(of(second, 'purchase').filter((one) => orders.has(detailsOf(one).orderId))).toEqual([]);
  });
});
