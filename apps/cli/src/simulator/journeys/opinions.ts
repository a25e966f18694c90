import { type Channel } from '#contracts';
import { activeMoment, DAY, whenOpen } from '../calendar.js';
import { type Person } from '../person.js';
import { textsIn, write } from '../texts/texts.js';
import { type Question, type Slots, type Topic } from '../texts/topics.js';
import { teamOf, type World } from '../world.js';
import { type Order, orderSlots } from './order-facts.js';
import { daysIn, followUp } from './support.js';

type Mood = 'happy' | 'mixed' | 'unhappy' | 'late';

const comments: Readonly<Record<Mood, Topic>> = {
  happy: 'surveyHappy',
  mixed: 'surveyMixed',
  unhappy: 'surveyUnhappy',
  late: 'surveyLate',
};

/** How a delivery felt. Most are content, whatever happens some are not. */
function moodOf({ chance }: Person, lateDays: number): Mood {
  if (lateDays > 2) return chance.happens(0.9) ? 'late' : 'mixed';
  return chance.weighted<Mood>([
    ['happy', lateDays > 0 ? 35 : 76],
    ['mixed', 18],
    [lateDays > 0 ? 'late' : 'unhappy', lateDays > 0 ? 40 : 6],
  ]);
}

const scores: Readonly<Record<'nps' | 'csat' | 'ces', Readonly<Record<Mood, readonly [number, number]>>>> = {
  nps: { happy: [9, 10], mixed: [7, 8], unhappy: [2, 6], late: [0, 5] },
  csat: { happy: [4, 5], mixed: [3, 4], unhappy: [1, 2], late: [1, 2] },
  ces: { happy: [6, 7], mixed: [4, 5], unhappy: [1, 3], late: [1, 3] },
};

/** A day or two after the delivery, of those who may be asked and answer. */
export function answerSurvey(world: World, person: Person, order: Order, lateDays: number): void {
  const { chance, place } = person;
  if (!person.mayBeSurveyed || !chance.happens(lateDays > 2 ? 0.5 : 0.28)) return;
  const mood = moodOf(person, lateDays);
  world.plan(activeMoment(place.zone, world.now + chance.between(1, 3) * DAY, chance), () => {
    const question = chance.weighted<Question>([
      ['csatDelivery', 5],
      ['nps', 4],
      ['ces', 2],
      ['csatSupport', 1],
    ]);
    answer(world, person, { question, mood, slots: orderSlots(person, order, { days: daysIn(person, lateDays) }) });
  });
}

interface Answer {
  readonly question: Question;
  readonly mood: Mood;
  readonly slots: Slots;
  readonly score?: number;
}

export function answer(world: World, person: Person, { question, mood, slots, score }: Answer): void {
  const { chance, language, place } = person;
  const survey = question === 'nps' || question === 'ces' ? question : 'csat';
  const isDismissed = score === undefined && chance.happens(0.06);
  const given = score ?? chance.between(...scores[survey][mood]);
  const comment = chance.happens(mood === 'happy' ? 0.35 : 0.7);
  world.report(person, {
    kind: 'survey_answer',
    channel: place.country === 'IR' ? chance.pick(['sms', 'app']) : chance.pick(['email', 'app']),
    source: 'survey-tool',
    data: {
      survey,
      surveyId: `s-${String(person.index)}-${String(person.touchpoints + 1)}`,
      question: textsIn[language].questions[question],
      ...(isDismissed ? { dismissed: true } : { score: given }),
      ...(!isDismissed && comment ? { comment: write(chance, language, comments[mood], slots) } : {}),
    },
  });
  if (isDismissed || mood === 'happy' || mood === 'mixed') return;
  if (chance.happens(0.5))
    world.plan(whenOpen(teamOf(person), world.now + DAY, chance), () =>
      followUp(world, person, { reason: 'low_score', isReached: chance.happens(0.6), slots }),
    );
}

const ratings: Readonly<Record<'happy' | 'mixed' | 'unhappy', readonly [number, number]>> = {
  happy: [4, 5],
  mixed: [3, 3],
  unhappy: [1, 2],
};

export function review(world: World, person: Person, order: Order, isGood: boolean): void {
  const { chance, language } = person;
  const mood = isGood ? chance.pick(['happy', 'happy', 'happy', 'mixed'] as const) : 'unhappy';
  const topic = ({ happy: 'reviewHappy', mixed: 'reviewMixed', unhappy: 'reviewUnhappy' } as const)[mood];
  const number = String(person.touchpoints + 1);
  world.report(person, {
    kind: 'review',
    channel: 'web',
    data: {
      rating: chance.between(...ratings[mood]),
      title: chance.pick(textsIn[language].reviewTitles[mood]),
      text: write(chance, language, topic, orderSlots(person, order)),
      sku: order.product.sku,
      site: 'shop',
      url: `https://shop.ayvan.example/p/${order.product.sku}#review-${String(person.index)}-${number}`,
      verifiedPurchase: true,
    },
  });
}

export function mention(
  world: World,
  person: Person,
  mood: 'happy' | 'neutral' | 'unhappy' | 'late',
  slots: Slots,
): void {
  const { chance, language, place } = person;
  const channel =
    place.country === 'IR'
      ? chance.weighted<Channel>([
          ['instagram', 3],
          ['x', 2],
          ['telegram', 1],
        ])
      : chance.weighted<Channel>([
          ['x', 2],
          ['facebook', 2],
          ['instagram', 1],
        ]);
  const topics = {
    happy: 'mentionHappy',
    neutral: 'mentionNeutral',
    unhappy: 'mentionUnhappy',
    late: 'mentionLate',
  } as const;
  const sentiments = { happy: 'positive', neutral: 'neutral', unhappy: 'negative', late: 'negative' } as const;
  world.report(person, {
    kind: 'mention',
    channel,
    source: 'social-listening',
    data: {
      text: write(chance, language, topics[mood], slots),
      url: `https://social.example/${channel}/${String(person.index)}/${String(person.touchpoints + 1)}`,
      sentiment: sentiments[mood],
      reach: Math.round(chance.exponential(900)) + 12,
    },
  });
}
