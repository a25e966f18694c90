import { type EpochMs } from '#kernel';
import { activeMoment, atHour, DAY, FRIDAY, HOUR, localDay, MINUTE, weekday, whenOpen } from '../calendar.js';
import { type Person } from '../person.js';
import { write } from '../texts/texts.js';
import { type Report, teamOf, type World } from '../world.js';
import { useAtHome } from './after-sales.js';
import { answerSurvey, mention } from './opinions.js';
import { type Order, orderSlots } from './order-facts.js';
import { giveBack } from './returns.js';
import { complain, converse, daysIn, noticeChannel } from './support.js';

/** Parcels are brought on working days: not on Fridays in Iran, not on Sundays elsewhere. */
function doorAt({ place: { zone, country }, chance }: Person, at: EpochMs, days: number): EpochMs {
  const closed = country === 'IR' ? FRIDAY : 0;
  let day = localDay(zone, at);
  for (let left = days; left > 0;) {
    day += 1;
    if (weekday(zone, atHour(zone, day, 12)) !== closed) left -= 1;
  }
  return atHour(zone, day, chance.between(9, 17) + chance.unit());
}

/** By the end of that day. */
const endOfDay = (zone: Person['place']['zone'], at: EpochMs): EpochMs => atHour(zone, localDay(zone, at), 20);

/** The promise of a day, the parcel on its way, and the door: in time or not. */
export function deliver(world: World, person: Person, order: Order): void {
  const { chance, place } = person;
  const days = chance.between(...place.transitDays);
  // What we promise has a day in hand.
  const dueMs = endOfDay(place.zone, doorAt(person, world.now, days + 1));
  const promise = promiseOf(world, person, order, dueMs);
  world.plan(world.now + 2 * MINUTE, () => world.report(person, promise('made')));
  const shipment = { orderId: order.number, partner: order.partner, city: place.cityEn };
  const leavesAt = whenOpen(teamOf(person), world.now + chance.between(3, 14) * HOUR, chance);
  world.plan(leavesAt, () =>
    world.report(person, {
      ...{ kind: 'custom:order_dispatched', channel: 'other', source: 'delivery-hub' },
      data: { ...shipment, product: order.product.model },
    }),
  );
  const lateDays = order.lateDays ?? lateDaysOf(world, person, order);
  const parcel: Parcel = { world, person, order, lateDays, dueMs, isCancelled: false };
  const arrivesAt = lateDays === 0 ? doorAt(person, world.now, days) : doorAt(person, dueMs, lateDays);
  if (lateDays > 0 && !order.isQuiet) suffer(parcel);
  world.plan(Math.max(arrivesAt, leavesAt + 3 * HOUR), () => {
    if (parcel.isCancelled) return;
    world.report(person, {
      ...{ kind: 'custom:order_delivered', channel: 'other', source: 'delivery-hub' },
      data: { ...shipment, daysLate: lateDays },
    });
    world.report(person, promise('kept'));
    if (!order.isQuiet) answerSurvey(world, person, order, lateDays);
    useAtHome(world, person, order, world.now);
  });
}

/** Of the trouble three in four are hit, by most of a week; everywhere else one in thirty, by a day or two. */
function lateDaysOf(world: World, person: Person, { partner }: Order): number {
  const { chance } = person;
  if (world.isTroubled(person, partner)) return chance.happens(0.75) ? chance.between(3, 9) : 0;
  return chance.happens(0.035) ? chance.between(1, 2) : 0;
}

function promiseOf(world: World, person: Person, order: Order, dueMs: EpochMs): (status: string) => Report {
  const { chance, language } = person;
  const what = write(chance, language, 'promiseDelivery', orderSlots(person, order));
  const dueAt = world.instant(dueMs);
  return (status) => ({
    ...{ kind: 'promise', channel: noticeChannel(person), source: 'web-shop' },
    data: { status, what, dueAt, promiseId: `d-${order.number}`, owner: order.partner },
  });
}

interface Parcel {
  readonly world: World;
  readonly person: Person;
  readonly order: Order;
  readonly lateDays: number;
  readonly dueMs: EpochMs;
  /** The customer did not want to wait any longer. */
  isCancelled: boolean;
}

/** What a late parcel does to a customer. */
function suffer(parcel: Parcel): void {
  const { world, person, order, lateDays, dueMs } = parcel;
  const { chance, place } = person;
  world.plan(whenOpen(teamOf(person), dueMs + 15 * HOUR, chance), () => notify(parcel));
  if (chance.happens(lateDays > 2 ? 0.8 : 0.4))
    world.plan(activeMoment(place.zone, dueMs + DAY, chance), () =>
      converse(world, person, {
        ...{ ask: 'whereIsMyOrder', answer: 'whereAnswer', call: 'callLate', isSolved: false },
        slots: orderSlots(person, order, { days: daysIn(person, 2) }),
      }),
    );
  if (lateDays > 2 && chance.happens(0.6))
    world.plan(activeMoment(place.zone, dueMs + chance.between(2, 3) * DAY, chance), () => complainOfDelay(parcel));
  if (lateDays > 2 && chance.happens(0.14))
    world.plan(activeMoment(place.zone, dueMs + chance.between(2, 4) * DAY, chance), () =>
      mention(world, person, 'late', orderSlots(person, order, { days: daysIn(person, lateDays) })),
    );
  if (lateDays > 3 && chance.happens(0.22))
    world.plan(activeMoment(place.zone, dueMs + 3 * DAY, chance), () => sendBack(parcel));
  // Whoever was let down seldom comes back.
  if (lateDays > 2 && chance.happens(0.35)) person.isGone = true;
}

function notify({ world, person, order, isCancelled }: Parcel): void {
  if (isCancelled) return;
  const text = write(person.chance, person.language, 'delayNotice', orderSlots(person, order));
  world.report(person, { kind: 'message', channel: noticeChannel(person), data: { author: 'system', text } });
}

function complainOfDelay({ world, person, order, lateDays }: Parcel): void {
  const { chance } = person;
  const isBad = lateDays > 5;
  complain(world, person, {
    topic: 'lateComplaint',
    product: order.product.model,
    issue: 'Late delivery',
    subissue: order.partner,
    remedySought: chance.pick(['explanation', 'refund', 'compensation', 'apology']),
    severity: isBad ? 'high' : 'medium',
    orderId: order.number,
    slots: orderSlots(person, order, { days: daysIn(person, Math.min(lateDays, 3)) }),
    // The team drowns in these cases.
    careTaken: world.isTroubled(person, order.partner) ? 0.45 : 0.85,
  });
}

function sendBack(parcel: Parcel): void {
  parcel.isCancelled = true;
  giveBack(parcel.world, parcel.person, parcel.order, ['too_late', 'returnLate']);
}
