import { type EpochMs } from '#kernel';
import { activeMoment, DAY, HOUR, whenOpen } from '../calendar.js';
import { type Person } from '../person.js';
import { espressoMachine, money, waterPurifier } from '../products.js';
import { textsIn, write } from '../texts/texts.js';
import { type Topic } from '../texts/topics.js';
import { type Report, teamOf, type World } from '../world.js';
import { subscribe } from './club.js';
import { mention, review } from './opinions.js';
import { type Order, orderSlots } from './order-facts.js';
import { giveBack } from './returns.js';
import { complain, converse, daysIn, type Grievance } from './support.js';

/** What comes of a product once it is in somebody's home. */
export function useAtHome(world: World, person: Person, order: Order, at: EpochMs): void {
  const { chance } = person;
  const { product } = order;
  if (product.isLarge) install(world, person, order, at);
  if (product === espressoMachine && chance.happens(0.2)) train(world, person, order, at);
  if (product === waterPurifier && person.subscriptionId === undefined && chance.happens(0.5))
    world.plan(at + DAY, () => subscribe(world, person));
  if (chance.happens(0.12)) registerWarranty(world, person, order, at);
  if (order.isQuiet) return;
  const fate = chance.unit();
  if (fate < 0.05) breakDown(world, person, order, at);
  else if (fate < 0.075) sendBackContent(world, person, order, at);
  else if (fate < 0.1) grumble(world, person, order, at);
  else if (fate < 0.24)
    world.plan(activeMoment(person.place.zone, at + chance.between(4, 40) * DAY, chance), () =>
      review(world, person, order, chance.happens(0.9)),
    );
  else if (fate < 0.26)
    world.plan(activeMoment(person.place.zone, at + chance.between(2, 20) * DAY, chance), () =>
      mention(world, person, chance.pick(['happy', 'happy', 'neutral']), orderSlots(person, order)),
    );
}

interface Job {
  readonly service: 'installation' | 'repair' | 'training' | 'warranty';
  readonly notes: Topic;
  /** Requested, visit and end. */
  readonly requestedAt: EpochMs;
  readonly visitAfterDays: readonly [number, number];
  readonly isFree: boolean;
}

/** Requested, scheduled for a working hour, started, completed; one in twelve is cancelled. */
function attend(world: World, person: Person, order: Order, job: Job): void {
  const { chance, language, place } = person;
  const ticketId = `T-${order.number}-${job.service.charAt(0).toUpperCase()}`;
  const technician = chance.pick(textsIn[language].technicians);
  const visitAt = whenOpen(teamOf(person), job.requestedAt + chance.between(...job.visitAfterDays) * DAY, chance);
  const told = world.instant(visitAt);
  const stage = (name: string, more: Readonly<Record<string, unknown>> = {}): Report => ({
    ...{ kind: 'service', channel: 'other', source: 'field-service' },
    data: { service: job.service, stage: name, product: order.product.model, ticketId, ...more },
  });
  world.plan(job.requestedAt, () => {
    world.report(person, stage('requested'));
    world.plan(world.now + 2 * HOUR, () => world.report(person, stage('scheduled', { scheduledAt: told, technician })));
  });
  if (chance.happens(0.08)) {
    world.plan(visitAt - 6 * HOUR, () => world.report(person, stage('cancelled')));
    return;
  }
  const durationSeconds = chance.between(20, 150) * 60;
  world.plan(visitAt, () => world.report(person, stage('started', { technician })));
  world.plan(visitAt + durationSeconds * 1000, () => {
    const cost = money(place.currency, job.isFree ? 0 : Math.round(order.unitPrice / 120) * 10);
    const notes = write(chance, language, job.notes, orderSlots(person, order));
    const serialNumber = `${order.product.sku}-${order.number}`;
    const underWarranty = job.isFree;
    world.report(person, stage('completed', { durationSeconds, technician, cost, notes, underWarranty, serialNumber }));
  });
}

const install = (world: World, person: Person, order: Order, at: EpochMs): void =>
  attend(world, person, order, {
    ...{ service: 'installation', notes: 'installationNotes', requestedAt: at + HOUR },
    ...{ visitAfterDays: [1, 4], isFree: true },
  });

const train = (world: World, person: Person, order: Order, at: EpochMs): void =>
  attend(world, person, order, {
    ...{ service: 'training', notes: 'trainingNotes', requestedAt: at + 2 * DAY },
    ...{ visitAfterDays: [3, 10], isFree: false },
  });

function registerWarranty(world: World, person: Person, order: Order, at: EpochMs): void {
  const { chance, language } = person;
  world.plan(at + chance.between(1, 9) * DAY, () =>
    world.report(person, {
      kind: 'service',
      channel: 'app',
      data: {
        ...{ service: 'warranty', stage: 'completed', product: order.product.model, underWarranty: true },
        serialNumber: `${order.product.sku}-${order.number}`,
        notes: write(chance, language, 'warrantyNotes', orderSlots(person, order)),
      },
    }),
  );
}

const grievance = (person: Person, order: Order, days: number): Omit<Grievance, 'topic' | 'issue'> => ({
  product: order.product.model,
  remedySought: person.chance.pick(['repair', 'replacement', 'refund']),
  severity: person.chance.weighted([
    ['low', 3],
    ['medium', 5],
    ['high', 2],
  ]),
  orderId: order.number,
  slots: orderSlots(person, order, { days: daysIn(person, days) }),
  careTaken: 0.88,
});

/** It breaks: half tell us politely, half complain, and somebody comes to repair it. */
function breakDown(world: World, person: Person, order: Order, at: EpochMs): void {
  const { chance, place } = person;
  const days = Math.min(300, 3 + Math.round(chance.exponential(45)));
  world.plan(activeMoment(place.zone, at + days * DAY, chance), () => {
    const slots = orderSlots(person, order, { days: daysIn(person, days) });
    if (chance.happens(0.5))
      converse(world, person, {
        ...{ ask: 'defectComplaint', answer: 'apology', call: 'callDefect', slots, isSolved: true },
      });
    else {
      const isSafety = order.product.isLarge && chance.happens(0.1);
      const about = grievance(person, order, days);
      complain(world, person, { ...about, topic: 'defectComplaint', issue: 'Defect', isSafety });
    }
    attend(world, person, order, {
      ...{ service: 'repair', notes: 'repairNotes', requestedAt: world.now + 5 * HOUR },
      ...{ visitAfterDays: [2, 8], isFree: days < 200 },
    });
    promiseRepair(world, person, order);
  });
}

function promiseRepair(world: World, person: Person, order: Order): void {
  const { chance, language } = person;
  const slots = orderSlots(person, order);
  const what = write(chance, language, 'promiseRepair', slots);
  const dueAt = world.instant(world.now + 10 * DAY);
  const promise = (status: string): Report => ({
    ...{ kind: 'promise', channel: 'phone', source: 'field-service' },
    data: { status, what, dueAt, promiseId: `w-${order.number}`, owner: slots.agent },
  });
  world.plan(world.now + 6 * HOUR, () => world.report(person, promise('made')));
  world.plan(whenOpen(teamOf(person), world.now + chance.between(8, 11) * DAY, chance), () =>
    world.report(person, promise(chance.happens(0.94) ? 'kept' : 'waived')),
  );
}

function sendBackContent(world: World, person: Person, order: Order, at: EpochMs): void {
  const { chance, place } = person;
  const why = chance.weighted<readonly [string, Topic]>([
    [['damaged', 'returnDamaged'], 3],
    [['changed_mind', 'returnChangedMind'], 4],
    [['does_not_fit', 'returnDoesNotFit'], 3],
  ]);
  world.plan(activeMoment(place.zone, at + chance.between(1, 12) * DAY, chance), () =>
    giveBack(world, person, order, why),
  );
}

function grumble(world: World, person: Person, order: Order, at: EpochMs): void {
  const { chance, place } = person;
  const [topic, issue] = chance.pick<readonly [Topic, string]>([
    ['wrongItemComplaint', 'Wrong item'],
    ['invoiceComplaint', 'Invoice'],
    ['serviceComplaint', 'Service visit'],
  ]);
  world.plan(activeMoment(place.zone, at + chance.between(1, 20) * DAY, chance), () => {
    complain(world, person, { ...grievance(person, order, 6), topic, issue });
    if (chance.happens(0.2)) mention(world, person, 'unhappy', orderSlots(person, order));
  });
}
