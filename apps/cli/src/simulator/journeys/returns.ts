import { DAY, MINUTE, whenOpen } from '../calendar.js';
import { type Person } from '../person.js';
import { money } from '../products.js';
import { write } from '../texts/texts.js';
import { type Topic } from '../texts/topics.js';
import { type Report, teamOf, type World } from '../world.js';
import { type Order, orderSlots } from './order-facts.js';
import { noticeChannel } from './support.js';

/** The goods go back and the money is promised; it arrives within days. */
export function giveBack(world: World, person: Person, order: Order, [reason, topic]: readonly [string, Topic]): void {
  const { chance, language } = person;
  const slots = orderSlots(person, order);
  world.report(person, {
    kind: 'return',
    channel: chance.pick(['web', 'phone']),
    data: {
      returnId: `C${order.number}`,
      orderId: order.number,
      amount: money(order.currency, order.unitPrice),
      items: [{ sku: order.product.sku, quantity: 1 }],
      reason,
      text: write(chance, language, topic, slots),
    },
  });
  const dueMs = world.now + 5 * DAY;
  const dueAt = world.instant(dueMs);
  const what = write(chance, language, 'promiseRefund', slots);
  const promise = (status: string): Report => ({
    ...{ kind: 'promise', channel: noticeChannel(person), source: 'back-office' },
    data: { status, what, dueAt, promiseId: `r-${order.number}`, owner: slots.agent },
  });
  world.plan(world.now + 3 * MINUTE, () => world.report(person, promise('made')));
  const paidAt = whenOpen(teamOf(person), world.now + chance.between(2, 4) * DAY, chance);
  world.plan(chance.happens(0.9) ? paidAt : paidAt + 6 * DAY, () => world.report(person, promise('kept')));
}
