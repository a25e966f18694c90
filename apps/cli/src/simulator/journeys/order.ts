import { type Channel } from '#contracts';
import { type EpochMs } from '#kernel';
import { MINUTE } from '../calendar.js';
import { type Person } from '../person.js';
import { espressoMachine, money, priceIn, type Product, products } from '../products.js';
import { write } from '../texts/texts.js';
import { type World } from '../world.js';
import { useAtHome } from './after-sales.js';
import { earnPoints } from './club.js';
import { deliver } from './delivery.js';
import { type Order } from './order-facts.js';
import { noticeChannel, slotsOf } from './support.js';

export interface Wish {
  readonly product?: Product;
  readonly channel?: Channel;
  readonly partner?: string;
  /** Days that the parcel comes late; otherwise as it happens. */
  readonly lateDays?: number;
  /** The customer says nothing about it: somebody else writes what follows. */
  readonly isQuiet?: boolean;
}

/** A purchase, and everything that follows from it. */
export function placeOrder(world: World, person: Person, wish: Wish = {}): Order {
  const { chance, place } = person;
  const channel = wish.channel ?? channelOf(person);
  const product = wish.product ?? wishOf(person);
  const order: Order = {
    number: world.orderNumber(),
    product,
    quantity: person.customerKind === 'individual' ? 1 : chance.between(1, 6),
    unitPrice: priceIn(place.currency, product),
    currency: place.currency,
    partner: wish.partner ?? chance.weighted(place.partners),
    placedAt: world.now,
    ...(wish.lateDays === undefined ? {} : { lateDays: wish.lateDays }),
    isQuiet: wish.isQuiet === true,
  };
  person.orders += 1;
  report(world, person, order, channel);
  earnPoints(world, person, order);
  if (channel === 'store') useAtHome(world, person, order, world.now);
  else {
    confirm(world, person, order);
    deliver(world, person, order);
  }
  return order;
}

function channelOf({ chance, place }: Person): Channel {
  return chance.weighted<Channel>([
    ['web', 58],
    ['app', 26],
    ['phone', 5],
    ['store', place.branch === undefined ? 0 : 11],
  ]);
}

/** Whoever roasts coffee for a living needs a machine first. */
const wishOf = ({ chance, customerKind }: Person): Product =>
  customerKind === 'business' && chance.happens(0.35) ? espressoMachine : chance.weighted(products);

function report(world: World, person: Person, order: Order, channel: Channel): void {
  const { chance, place, language } = person;
  const { product, quantity, unitPrice, currency } = order;
  const full = unitPrice * quantity;
  // In steps of 5 %, and rounded to what prices are written in.
  const off = chance.happens(0.18) ? Math.round((full * chance.pick([5, 10, 15])) / 1000) * 10 : 0;
  const item = {
    sku: product.sku,
    description: language === 'fa' ? `${product.fa} ${product.model}` : `${product.model} ${product.en}`,
    quantity,
    unitPrice: money(currency, unitPrice),
  };
  world.report(person, {
    kind: 'purchase',
    channel,
    withProfile: true,
    data: {
      orderId: order.number,
      amount: money(currency, full - off),
      items: [item],
      ...(off > 0 ? { discount: money(currency, off), coupon: chance.pick(['ayvan10', 'welcome', 'season']) } : {}),
      paymentMethod: paymentOf(person, channel),
      ...(channel === 'store' && place.branch !== undefined ? { branch: place.branch } : {}),
    },
  });
}

const paymentOf = ({ chance, customerKind, place }: Person, channel: Channel): string =>
  customerKind !== 'individual'
    ? 'invoice'
    : chance.weighted([
        ['card', 70],
        ['wallet', 12],
        ['bank_transfer', 8],
        [channel === 'store' ? 'cash' : 'cash_on_delivery', place.country === 'IR' ? 14 : 2],
      ]);

function confirm(world: World, person: Person, { number, product, partner }: Order): void {
  const { chance, language } = person;
  const { fa, en, model } = product;
  const slots = slotsOf(person, { order: number, product: language === 'fa' ? fa : en, model, partner });
  const sentAt: EpochMs = world.now + MINUTE;
  world.plan(sentAt, () =>
    world.report(person, {
      kind: 'message',
      channel: noticeChannel(person),
      data: { author: 'system', text: write(chance, language, 'orderConfirmed', slots) },
    }),
  );
}
