import { type Channel } from '#contracts';
import { activeMoment, BUSIEST, DAY, demandOn, HOUR, MINUTE, whenOpen } from '../calendar.js';
import { type Person } from '../person.js';
import { money, priceIn, type Product, products } from '../products.js';
import { say, write } from '../texts/texts.js';
import { teamOf, type World } from '../world.js';
import { consent, joinClub } from './club.js';
import { mention } from './opinions.js';
import { productName } from './order-facts.js';
import { placeOrder } from './order.js';
import { converse, followUp, noticeChannel, slotsOf, supportChannel } from './support.js';

/** Somebody appears: a first contact, perhaps a consent, and from then on visits and orders. */
export function begin(world: World, person: Person): void {
  const { chance, identity } = person;
  meet(world, person);
  if (identity.customerNumber === undefined) {
    if (chance.happens(0.5)) ask(world, person);
    planVisit(world, person, 4);
    return;
  }
  if (chance.happens(0.6)) world.plan(world.now + 20 * MINUTE, () => consent(world, person, 'marketing', true));
  if (chance.happens(0.35)) world.plan(world.now + 21 * MINUTE, () => consent(world, person, 'surveys', true));
  if (chance.happens(0.4)) world.plan(world.now + 25 * MINUTE, () => joinClub(world, person));
  planVisit(world, person, Infinity);
  // Whoever registers usually wants something.
  const soon = chance.happens(0.7);
  if (soon) world.planHabit(world.now + chance.between(1, 72) * HOUR, () => buy(world, person));
  else planPurchase(world, person);
}

export function meet(world: World, person: Person): void {
  const { chance, language, place } = person;
  const product = chance.weighted(products);
  const slots = slotsOf(person, { product: productName(person, product), model: product.model });
  const isReferred = chance.happens(0.4);
  world.report(person, {
    kind: 'first_contact',
    channel: chance.happens(0.5) ? 'web' : supportChannel(person),
    withProfile: true,
    data: {
      reason: chance.pick(['question', 'interest', 'purchase', 'interest']),
      ...(chance.happens(0.3) ? { campaign: place.country === 'IR' ? 'nowruz-home' : 'kitchen-weeks' } : {}),
      ...(isReferred ? { referrer: 'https://search.example/' } : {}),
      ...(chance.happens(0.6) ? { text: say(chance, language, 'firstContact', slots) } : {}),
    },
  });
}

/** The next order, drawn day by day: more before Nowruz, Yalda and Black Friday, fewer while people are away. */
function planPurchase(world: World, person: Person): void {
  const { chance, place, meanGapMs } = person;
  let at = world.now + 6 * HOUR;
  do at += chance.exponential(meanGapMs / BUSIEST);
  while (!chance.happens(demandOn(place.zone, at) / BUSIEST));
  const boughtAt = Math.max(activeMoment(place.zone, at, chance), world.now + 2 * HOUR);
  const looks = chance.between(0, 3);
  for (let look = 1; look <= looks; look++)
    world.plan(Math.max(world.now + look * MINUTE, boughtAt - chance.between(1, 80) * HOUR), () => {
      if (!person.isGone) visit(world, person, chance.weighted(products));
    });
  world.planHabit(boughtAt, () => buy(world, person));
}

function buy(world: World, person: Person): void {
  if (person.isGone) return;
  const { chance } = person;
  placeOrder(world, person);
  if (chance.happens(0.2)) world.plan(world.now + chance.between(1, 30) * HOUR, () => ask(world, person));
  if (chance.happens(person.dropout)) {
    person.isGone = true;
    if (chance.happens(0.15))
      world.plan(world.now + chance.between(5, 40) * DAY, () => consent(world, person, 'marketing', false));
    return;
  }
  if (!person.isMember && chance.happens(0.2)) world.plan(world.now + HOUR, () => joinClub(world, person));
  planPurchase(world, person);
}

export function visit(world: World, person: Person, product: Product, channel?: Channel): void {
  const { chance, place } = person;
  const inBranch = channel === undefined && place.branch !== undefined && chance.happens(0.08);
  if (inBranch) {
    const durationSeconds = chance.between(4, 50) * 60;
    world.report(person, { kind: 'visit', channel: 'store', data: { branch: place.branch, durationSeconds } });
    return;
  }
  const isApp = channel === 'app' || (channel === undefined && chance.happens(0.35));
  world.report(person, {
    kind: 'visit',
    channel: isApp ? 'app' : (channel ?? 'web'),
    data: {
      page: `https://shop.ayvan.example/${person.language}/p/${product.sku}`,
      ...(chance.happens(0.3) ? { referrer: chance.pick(['https://search.example/', 'https://social.example/']) } : {}),
      device: isApp ? 'mobile' : chance.pick(['desktop', 'mobile', 'mobile', 'tablet']),
      pagesViewed: 1 + Math.round(chance.exponential(5)),
      durationSeconds: 15 + Math.round(chance.exponential(240)),
    },
  });
}

/** Looking around between orders, until they are gone or have looked often enough. */
function planVisit(world: World, person: Person, left: number): void {
  const { chance, place, meanGapMs } = person;
  if (left <= 0) return;
  const at = world.now + 12 * HOUR + chance.exponential(meanGapMs * 0.7);
  world.planHabit(Math.max(activeMoment(place.zone, at, chance), world.now + HOUR), () => {
    if (person.isGone) return;
    const product = chance.weighted(products);
    visit(world, person, product);
    const next = chance.unit();
    if (next < 0.16) abandonCart(world, person, product);
    else if (next < 0.46) world.plan(world.now + chance.between(2, 40) * MINUTE, () => ask(world, person));
    else if (next < 0.5) joinEvent(world, person);
    else if (next < 0.51) mention(world, person, 'neutral', aboutProduct(person, product));
    planVisit(world, person, left - 1);
  });
}

const aboutProduct = (person: Person, product: Product) =>
  slotsOf(person, { product: productName(person, product), model: product.model });

export function ask(world: World, person: Person): void {
  const product = person.chance.weighted(products);
  converse(world, person, {
    ...{ ask: 'question', answer: 'questionAnswer', isSolved: true },
    call: person.chance.pick(['callQuestion', 'callSale', 'callService']),
    slots: { ...aboutProduct(person, product), order: `${String(100_000 + person.index)}` },
  });
}

export function abandonCart(world: World, person: Person, product: Product): void {
  const { chance, place, language } = person;
  const price = money(place.currency, priceIn(place.currency, product));
  world.plan(world.now + chance.between(3, 25) * MINUTE, () =>
    world.report(person, {
      kind: 'cart_abandoned',
      channel: chance.pick(['web', 'app']),
      data: {
        cartId: `b-${String(person.index)}-${String(person.touchpoints + 1)}`,
        amount: price,
        items: [{ sku: product.sku, description: productName(person, product), quantity: 1, unitPrice: price }],
        stage: chance.pick(['cart', 'cart', 'delivery', 'payment']),
      },
    }),
  );
  if (chance.happens(0.5))
    world.plan(whenOpen(teamOf(person), world.now + 20 * HOUR, chance), () => {
      const slots = aboutProduct(person, product);
      const text = write(chance, language, 'cartReminder', slots);
      world.report(person, { kind: 'message', channel: noticeChannel(person), data: { author: 'system', text } });
      if (chance.happens(0.1))
        followUp(world, person, { reason: 'abandoned_cart', isReached: chance.happens(0.5), slots });
    });
}

export function joinEvent(world: World, person: Person): void {
  const { chance, place, language } = person;
  if (place.branch === undefined) return;
  world.plan(world.now + chance.between(2, 9) * DAY, () =>
    world.report(person, {
      ...{ kind: 'custom:showroom_event', channel: 'store', source: 'showroom' },
      data: { text: write(chance, language, 'showroomEvent'), branch: place.branch, guests: chance.between(0, 3) },
    }),
  );
}
