import { type EpochMs } from '#kernel';
import { activeMoment, DAY, HOUR, MINUTE } from '../calendar.js';
import { type Person } from '../person.js';
import { money } from '../products.js';
import { textsIn, write } from '../texts/texts.js';
import { type World } from '../world.js';
import { type Order } from './order-facts.js';
import { slotsOf } from './support.js';

const PROGRAMME = 'ayvan-club';

function loyalty(world: World, person: Person, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  world.report(person, {
    ...{ kind: 'loyalty', channel: 'app', source: 'loyalty' },
    data: { action, programme: PROGRAMME, balance: person.points, tier: tierOf(person), ...more },
  });
}

const tierOf = ({ points }: Person): string => (points >= 3000 ? 'gold' : points >= 1000 ? 'silver' : 'basic');

export function joinClub(world: World, person: Person): void {
  person.isMember = true;
  loyalty(world, person, 'joined');
}

/** A point for what a euro or 800,000 rials buy. */
export function earnPoints(world: World, person: Person, { unitPrice, quantity, currency }: Order): void {
  if (!person.isMember) return;
  const points = Math.round((unitPrice * quantity) / (currency === 'IRR' ? 800_000 : 100));
  world.plan(world.now + 5 * MINUTE, () => {
    const before = tierOf(person);
    person.points += points;
    loyalty(world, person, 'earned', { points });
    if (tierOf(person) !== before) loyalty(world, person, 'tier_changed');
    if (person.points > 600 && person.chance.happens(0.25)) redeem(world, person);
  });
}

function redeem(world: World, person: Person): void {
  const { chance, language, place } = person;
  world.plan(activeMoment(place.zone, world.now + chance.between(3, 30) * DAY, chance), () => {
    person.points -= 500;
    loyalty(world, person, 'redeemed', { points: -500, reward: chance.pick(textsIn[language].rewards) });
  });
}

export function consent(world: World, person: Person, purpose: 'marketing' | 'surveys', granted: boolean): void {
  const { chance, language, place } = person;
  if (purpose === 'surveys') person.mayBeSurveyed = granted;
  world.report(person, {
    ...{ kind: 'consent', channel: granted ? 'web' : place.country === 'IR' ? 'sms' : 'email', withProfile: granted },
    data: {
      ...{ purpose, granted, policyVersion: '2024-03' },
      ...(purpose === 'marketing' ? { channels: place.country === 'IR' ? ['sms', 'email'] : ['email'] } : {}),
      text: write(chance, language, granted ? 'consentGiven' : 'consentWithdrawn'),
    },
  });
}

/** A set of filters every quarter, paid for a year or by the quarter. */
export function subscribe(world: World, person: Person): void {
  const { chance, place } = person;
  const subscriptionId = `F-${String(person.index)}-${String(person.touchpoints + 1)}`;
  person.subscriptionId = subscriptionId;
  const price = place.currency === 'IRR' ? 9_000_000 : 1_890;
  const report = (action: string, more: Readonly<Record<string, unknown>> = {}): void =>
    world.report(person, {
      ...{ kind: 'subscription', channel: 'web' },
      data: {
        ...{ action, subscriptionId, plan: 'fresh-filters', amount: money(place.currency, price), period: 'quarter' },
        ...more,
      },
    });
  report(chance.happens(0.2) ? 'trial_started' : 'started');
  const goOn = (at: EpochMs): void =>
    world.planHabit(at, () => {
      if (person.isGone || chance.happens(0.09)) cancel(world, person, report);
      else {
        report(chance.happens(0.05) ? 'payment_failed' : 'renewed');
        goOn(world.now + 91 * DAY);
      }
    });
  goOn(world.now + 91 * DAY - 5 * HOUR);
}

function cancel(
  world: World,
  person: Person,
  report: (action: string, more?: Readonly<Record<string, unknown>>) => void,
): void {
  const { chance, language } = person;
  person.subscriptionId = undefined;
  report('cancelled', {
    endsAt: world.instant(world.now + 30 * DAY),
    reason: chance.pick(['price', 'support', 'moved', 'quality', 'not_used']),
    text: write(chance, language, 'subscriptionCancelled', slotsOf(person)),
  });
}
