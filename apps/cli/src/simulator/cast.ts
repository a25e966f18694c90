import { type CustomerKind } from '#contracts';
import { type EpochMs } from '#kernel';
import { atHour, DAY, HOUR, localDay, MINUTE, whenOpen } from './calendar.js';
import { Chance } from './chance.js';
import { consent, joinClub } from './journeys/club.js';
import { abandonCart, ask, begin, joinEvent, meet, visit } from './journeys/life.js';
import { answer, mention } from './journeys/opinions.js';
import { type Order, orderSlots } from './journeys/order-facts.js';
import { placeOrder } from './journeys/order.js';
import { complain, daysIn, followUp } from './journeys/support.js';
import { customerNumber, type Person, personOf } from './person.js';
import { fictionalPhone } from './phone-numbers.js';
import { berlin, isfahan, london, type Place, tehran, TONDAR, toronto } from './places.js';
import { espressoMachine, fridge, products, washingMachine, waterPurifier } from './products.js';
import { type SpokenLanguage } from './texts/texts.js';
import { teamOf, type World } from './world.js';

/** Who has a part in the story; the how-to names them, so that a presenter can open their timelines. */
export const cast = {
  /** About to leave: bought every month, was let down in Isfahan, and has fallen silent. */
  leaving: 1,
  /** One person, two customers: by web in Latin letters, by phone in Persian, the same e-mail and phone. */
  twiceByWeb: 2,
  twiceByPhone: 3,
  /** Has been promised things: one broken, two due soon. */
  promised: 4,
  /** A repair that nobody followed up for too long. */
  repaired: 5,
  /** Writes in Persian and English at once. */
  bilingual: 6,
  /** A café: larger orders, a barista training. */
  business: 7,
  /** Content, for comparison. */
  content: 8,
} as const;

export const CAST_SIZE = Object.keys(cast).length;
export const leavingCustomer = customerNumber(cast.leaving);

interface Part {
  readonly written: string;
  readonly latin: string;
  readonly place: Place;
  readonly language: SpokenLanguage;
  readonly kind?: CustomerKind;
  readonly email: string;
  /** Of the country's fictional numbers. */
  readonly phone: readonly [country: string, nth: number];
}

const sara = { place: tehran, email: 'sara.ahmadi@example.com', phone: ['IR', 2], language: 'fa' } as const;

const parts: Readonly<Record<keyof typeof cast, Part>> = {
  leaving: {
    ...{ written: 'مینا رستمی', latin: 'Mina Rostami', place: isfahan, language: 'fa' },
    ...{ email: 'mina.rostami@example.com', phone: ['IR', 1] },
  },
  twiceByWeb: { ...sara, written: 'Sara Ahmadi', latin: 'Sara Ahmadi' },
  twiceByPhone: { ...sara, written: 'سارا احمدی', latin: 'Sara Ahmadi' },
  promised: {
    ...{ written: 'رضا کمالی', latin: 'Reza Kamali', place: tehran, language: 'fa' },
    ...{ email: 'reza.kamali@example.com', phone: ['IR', 4] },
  },
  repaired: {
    ...{ written: 'Hannah Vogel', latin: 'Hannah Vogel', place: berlin, language: 'en' },
    ...{ email: 'hannah.vogel@example.org', phone: ['DE', 5] },
  },
  bilingual: {
    ...{ written: 'امید نیک‌پور', latin: 'Omid Nikpour', place: toronto, language: 'fa' },
    ...{ email: 'omid.nikpour@example.net', phone: ['CA', 6] },
  },
  business: {
    ...{ written: 'کافه لاله', latin: 'Cafe Laleh', place: tehran, language: 'fa', kind: 'business' },
    ...{ email: 'orders@laleh.example', phone: ['IR', 7] },
  },
  content: {
    ...{ written: 'Grace Osei', latin: 'Grace Osei', place: london, language: 'en' },
    ...{ email: 'grace.osei@example.com', phone: ['GB', 8] },
  },
};

/** Plans the lives of the people in the story: their days are counted back from the end of the history. */
export function planCast(world: World, seed: number): void {
  const person = (role: keyof typeof cast): Person => {
    const { written, latin, place, language, kind = 'individual', email, phone } = parts[role];
    return personOf(new Chance(seed, -cast[role]), cast[role], {
      ...{ place, language, email, name: { written, latin }, customerKind: kind },
      ...{ phone: fictionalPhone(...phone), isProspect: false },
    });
  };
  leave(world, person('leaving'));
  appearTwice(world, person('twiceByWeb'), person('twiceByPhone'));
  bePromised(world, person('promised'));
  waitForRepair(world, person('repaired'));
  writeInBoth(world, person('bilingual'));
  const business = person('business');
  world.plan(dayOf(world, business, 400, 11), () => begin(world, business));
  beContent(world, person('content'));
}

/** An hour of the day so many days before the end of the history, never before its beginning. */
const dayOf = (world: World, { place: { zone } }: Person, daysAgo: number, hour: number): EpochMs =>
  Math.max(atHour(zone, localDay(zone, world.until) - daysAgo, hour), world.from + HOUR);

const shopFor = (world: World, person: Person, daysAgo: number, everyDays: number): void => {
  world.plan(dayOf(world, person, daysAgo + 2, 20), () => meet(world, person));
  world.plan(dayOf(world, person, daysAgo + 2, 20.3), () => consent(world, person, 'marketing', true));
  world.plan(dayOf(world, person, daysAgo + 1, 21), () => joinClub(world, person));
  const last = everyDays * 2;
  for (let day = daysAgo; day >= last; day -= everyDays) {
    const ago = day + person.chance.between(-4, 4);
    if (dayOf(world, person, ago, 0) <= world.from + 3 * DAY) continue;
    world.plan(dayOf(world, person, ago + 1, 21.5), () =>
      visit(world, person, person.chance.weighted(products), 'web'),
    );
    world.plan(dayOf(world, person, ago, person.chance.between(18, 21)), () => {
      placeOrder(world, person, { isQuiet: true, lateDays: 0 });
    });
  }
};

/** An order a month for a year, then two that Tondar brought late, a call that never came, and silence. */
function leave(world: World, person: Person): void {
  const at = (daysAgo: number, hour: number, run: () => void): void =>
    world.plan(dayOf(world, person, daysAgo, hour), run);
  shopFor(world, person, 430, 31);
  at(71, 20, () => placeOrder(world, person, { product: waterPurifier, partner: TONDAR, lateDays: 6, isQuiet: true }));
  let last: Order | undefined;
  at(66, 21, () => {
    last = placeOrder(world, person, { product: washingMachine, partner: TONDAR, lateDays: 9, isQuiet: true });
  });
  const slots = () => (last === undefined ? {} : orderSlots(person, last, { days: daysIn(person, 4) }));
  const grievance = (daysAgo: number, severity: string): void =>
    at(daysAgo, 10, () =>
      complain(world, person, {
        ...{ topic: 'lateComplaint', product: washingMachine.model, issue: 'Late delivery', subissue: TONDAR },
        ...{ remedySought: 'explanation', severity, orderId: last?.number ?? '', slots: slots(), careTaken: 0 },
      }),
    );
  grievance(59, 'medium');
  grievance(55, 'high');
  at(54, 19, () => mention(world, person, 'late', slots()));
  at(49, 18, () => answer(world, person, { question: 'nps', mood: 'late', slots: slots(), score: 2 }));
  world.plan(whenOpen(teamOf(person), dayOf(world, person, 46, 11), person.chance), () =>
    followUp(world, person, { reason: 'low_score', isReached: false, slots: slots() }),
  );
  at(41, 22, () => abandonCart(world, person, fridge));
  at(38, 22.4, () => consent(world, person, 'marketing', false));
}

/** A web customer since a year; half a year ago she calls, nobody looks her up, and she becomes a second customer. */
function appearTwice(world: World, byWeb: Person, byPhone: Person): void {
  shopFor(world, byWeb, 360, 75);
  world.plan(dayOf(world, byPhone, 170, 10.5), () => meet(world, byPhone));
  for (const daysAgo of [168, 96, 24])
    world.plan(dayOf(world, byPhone, daysAgo, 11), () => {
      placeOrder(world, byPhone, { channel: 'phone', isQuiet: true, lateDays: 0 });
    });
  // What shows that they are one: both give the same e-mail address and the same telephone number.
  for (const person of [byWeb, byPhone])
    world.plan(dayOf(world, person, 20, person === byWeb ? 19 : 13), () => {
      const channels = ['web', 'phone', 'email'] as const;
      for (const channel of channels)
        world.report(person, {
          ...{ kind: 'message', channel, source: 'helpdesk', withProfile: true },
          data: {
            author: 'customer',
            text: person === byWeb ? 'My new address is in my account.' : 'نشانی من عوض شده است.',
          },
        });
    });
}

/** Three promises: one that was broken two days ago, one due in hours and one due tomorrow. */
function bePromised(world: World, person: Person): void {
  shopFor(world, person, 330, 60);
  const promise = (promiseId: string, what: string, dueMs: EpochMs) => (): void =>
    world.report(person, {
      ...{ kind: 'promise', channel: 'phone', source: 'crm' },
      data: { status: 'made', what, dueAt: world.instant(dueMs), promiseId, owner: 'نگار', calendar: 'iran-support' },
    });
  const { until } = world;
  world.plan(until - 6 * DAY, promise('reza-1', 'ارسال شیلنگ جایگزین ماشین لباسشویی', until - 2 * DAY));
  world.plan(until - 26 * HOUR, promise('reza-2', 'تماس کارشناس دربارهٔ صدای WashPro 9', until + 3 * HOUR));
  world.plan(until - 5 * HOUR, promise('reza-3', 'تحویل قطعهٔ یدکی در تهران', until + 26 * HOUR));
  world.plan(until - 4 * HOUR, () =>
    world.report(person, {
      ...{ kind: 'message', channel: 'bale' },
      data: {
        author: 'customer',
        text: 'سلام، شیلنگ WashPro 9 هنوز نرسیده. امروز تماس می‌گیرید؟',
        conversationId: 'reza-c',
      },
    }),
  );
}

/** An espresso machine that broke, a repair that takes weeks, and a follow-up each time that nobody can be reached. */
function waitForRepair(world: World, person: Person): void {
  shopFor(world, person, 200, 60);
  let order: Order | undefined;
  const at = (daysAgo: number, hour: number, run: () => void): void =>
    world.plan(whenOpen(teamOf(person), dayOf(world, person, daysAgo, hour), person.chance), run);
  at(100, 17, () => joinEvent(world, person));
  at(90, 12, () => {
    order = placeOrder(world, person, { product: espressoMachine, isQuiet: true, lateDays: 0 });
  });
  const slots = () => (order === undefined ? {} : orderSlots(person, order, { days: '40' }));
  at(40, 13, () =>
    complain(world, person, {
      ...{ topic: 'defectComplaint', product: espressoMachine.model, issue: 'Defect', remedySought: 'repair' },
      ...{ severity: 'medium', orderId: order?.number ?? '', slots: slots(), careTaken: 0 },
    }),
  );
  const service = (stage: string): void =>
    world.report(person, {
      ...{ kind: 'service', channel: 'other', source: 'field-service' },
      data: { service: 'repair', stage, product: espressoMachine.model, ticketId: 'T-vogel', underWarranty: true },
    });
  at(37, 10, () => service('requested'));
  at(30, 10, () => service('started'));
  for (const daysAgo of [27, 20, 13])
    at(daysAgo, 15, () => followUp(world, person, { reason: 'service', isReached: false, slots: slots() }));
  at(6, 11, () => followUp(world, person, { reason: 'service', isReached: true, slots: slots() }));
}

function writeInBoth(world: World, person: Person): void {
  shopFor(world, person, 380, 70);
  const lines = [
    'سلام Ruth، سفارش قبلی (PoloMaster 8) عالی بود، but the plug is for Europe. آداپتور دارید؟',
    'Hi, یک سؤال: is the guarantee of the FrostLine 420 valid در کانادا؟',
    'My mother says «دستتون درد نکنه», the ChaiHouse 4 is the best gift ever.',
    'Tracking says "delivered"، ولی من هنوز بسته رو ندیدم. Can you check با NordParcel؟',
  ];
  const channels = ['viber', 'email', 'whatsapp', 'facebook'] as const;
  for (const [index, text] of lines.entries())
    world.plan(dayOf(world, person, 120 - 25 * index, 19), () => {
      const conversationId = `omid-${String(index)}`;
      const channel = channels[index] ?? 'email';
      world.report(person, { kind: 'message', channel, data: { author: 'customer', text, conversationId } });
      world.plan(whenOpen(teamOf(person), world.now + 40 * MINUTE, person.chance), () => {
        const answered = 'سلام امید جان، I checked: بله، no problem at all. Ruth';
        const data = { author: 'agent', agent: 'Ruth', text: answered, conversationId };
        world.report(person, { kind: 'message', channel, data });
      });
    });
}

function beContent(world: World, person: Person): void {
  shopFor(world, person, 420, 38);
  world.plan(dayOf(world, person, 34, 19), () => {
    const order = placeOrder(world, person, { isQuiet: true, lateDays: 0 });
    const slots = orderSlots(person, order);
    world.plan(world.now + 9 * DAY, () => answer(world, person, { question: 'nps', mood: 'happy', slots, score: 10 }));
    world.plan(world.now + 12 * DAY, () => mention(world, person, 'happy', slots));
  });
  world.plan(dayOf(world, person, 9, 20), () => ask(world, person));
  world.plan(dayOf(world, person, 5, 20), () => {
    placeOrder(world, person, { isQuiet: true, lateDays: 0 });
  });
}
