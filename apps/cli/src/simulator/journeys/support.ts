import { type Channel } from '#contracts';
import { DAY, HOUR, MINUTE, whenOpen } from '../calendar.js';
import { type Person } from '../person.js';
import { numberIn, say, textsIn, write } from '../texts/texts.js';
import { type Slots, type Topic } from '../texts/topics.js';
import { type Report, teamOf, type World } from '../world.js';

export interface Matter {
  readonly ask: Topic;
  readonly answer: Topic;
  /** What an agent notes when it is told on the phone. */
  readonly call: Topic;
  readonly slots: Slots;
  /** Whether the customer is content afterwards. */
  readonly isSolved: boolean;
}

/** Channels that carry a conversation, whatever the customer likes best. */
export const supportChannel = (person: Person): Channel => person.chance.weighted(person.supportChannels);

/** The organisation writes on what reaches people: text messages in Iran, mail elsewhere. */
export const noticeChannel = ({ place, identity }: Person): Channel =>
  place.country === 'IR' && identity.phone !== undefined ? 'sms' : 'email';

export const slotsOf = (person: Person, more: Slots = {}): Slots => ({
  name: person.language === 'fa' ? (person.name.written.split(' ')[0] ?? '') : (person.name.latin.split(' ')[0] ?? ''),
  city: person.language === 'fa' ? person.place.city : person.place.cityEn,
  agent: person.chance.pick(textsIn[person.language].agents),
  ...more,
});

/** A customer asks something, and is answered by a person when one is there. */
export function converse(world: World, person: Person, matter: Matter): void {
  const channel = supportChannel(person);
  if (channel === 'phone') phoneIn(world, person, matter);
  else writeIn(world, person, channel, matter);
}

function phoneIn(world: World, person: Person, { call, slots }: Matter): void {
  const { chance, language } = person;
  world.plan(whenOpen(teamOf(person), world.now, chance), () => {
    const outcome = chance.weighted<string>([
      ['answered', 84],
      ['abandoned', 10],
      ['voicemail', 6],
    ]);
    const waitSeconds = Math.round(chance.exponential(outcome === 'abandoned' ? 400 : 110));
    const answered = outcome === 'answered' && {
      durationSeconds: chance.between(60, 900),
      transfers: chance.happens(0.2) ? 1 : 0,
      agent: slots.agent,
      notes: write(chance, language, call, slots),
    };
    world.report(person, {
      kind: 'call',
      channel: 'phone',
      data: { initiatedBy: 'customer', outcome, waitSeconds, ...answered },
    });
    if (outcome !== 'answered' && chance.happens(0.6))
      world.plan(world.now + chance.between(2, 6) * HOUR, () => phoneIn(world, person, answeredMatter(slots, call)));
  });
}

const answeredMatter = (slots: Slots, call: Topic): Matter => ({
  ...{ ask: 'question', answer: 'questionAnswer', call, slots, isSolved: true },
});

function writeIn(world: World, person: Person, channel: Channel, matter: Matter): void {
  const { chance, language } = person;
  const { ask, answer, slots, isSolved } = matter;
  const conversationId = `c-${String(person.index)}-${String(person.touchpoints + 1)}`;
  const message = (author: string, text: string, more: Readonly<Record<string, unknown>> = {}): Report => ({
    kind: 'message',
    channel,
    data: { author, text, conversationId, ...more },
  });
  const subject = channel === 'email' && { subject: subjectOf(language, slots) };
  const attachments = ask === 'defectComplaint' &&
    chance.happens(0.4) && {
      attachments: [{ name: 'photo.jpg', mediaType: 'image/jpeg', sizeBytes: chance.between(90_000, 4_000_000) }],
    };
  world.report(person, message('customer', say(chance, language, ask, slots), { ...subject, ...attachments }));
  if (channel === 'chat' || channel === 'telegram')
    world.plan(world.now + 20_000, () =>
      world.report(person, message('bot', write(chance, language, 'botGreeting', slots))),
    );
  const replyAt = whenOpen(teamOf(person), world.now + chance.between(4, 150) * MINUTE, chance);
  world.plan(replyAt, () => {
    world.report(person, message('agent', write(chance, language, answer, slots), { agent: slots.agent }));
    if (!isSolved && chance.happens(0.25))
      world.report(
        person,
        message('agent', write(chance, language, 'internalNote', slots), {
          ...{ agent: slots.agent, visibility: 'internal' },
        }),
      );
    const again: Topic = isSolved ? 'thanks' : 'stillWaiting';
    if (chance.happens(isSolved ? 0.6 : 0.4))
      world.plan(world.now + chance.between(3, 240) * MINUTE, () =>
        world.report(person, message('customer', write(chance, language, again, slots))),
      );
  });
}

const subjectOf = (language: Person['language'], { order, model }: Slots): string =>
  language === 'fa' ? `سفارش ${order ?? ''} – ${model ?? ''}` : `Order ${order ?? ''} – ${model ?? ''}`;

export interface Grievance {
  readonly topic: Topic;
  readonly product: string;
  /** From our own lists: what it is about, and whom. */
  readonly issue: string;
  readonly subissue?: string;
  readonly remedySought: string;
  readonly severity: string;
  readonly isSafety?: boolean;
  readonly orderId: string;
  readonly slots: Slots;
  /** Of cases like this one, the share in which we do as we said. */
  readonly careTaken: number;
}

/** A complaint, what we promise about it, and whether somebody gets back to the customer. */
export function complain(world: World, person: Person, grievance: Grievance): void {
  const { chance, language } = person;
  const { topic, product, issue, subissue, remedySought, severity, isSafety, orderId, slots, careTaken } = grievance;
  const channel = supportChannel(person);
  const reference = `R-${String(person.index)}-${String(person.touchpoints + 1)}`;
  world.report(person, {
    kind: 'complaint',
    channel,
    data: {
      ...{ reference, product, issue, remedySought, severity, orderId },
      ...(subissue === undefined ? {} : { subissue }),
      ...(isSafety === true ? { safety: true } : {}),
      text: say(chance, language, topic, slots),
    },
  });
  const repliedAt = whenOpen(teamOf(person), world.now + chance.between(20, 400) * MINUTE, chance);
  world.plan(repliedAt, () => {
    world.report(person, {
      kind: 'message',
      channel: channel === 'phone' ? noticeChannel(person) : channel,
      data: { author: 'agent', agent: slots.agent, text: write(chance, language, 'apology', slots) },
    });
    promiseToCall(world, person, slots, careTaken);
  });
}

/** We say that we call by the end of the next working day. */
export function promiseToCall(world: World, person: Person, slots: Slots, careTaken: number): void {
  const { chance, language } = person;
  const dueMs = whenOpen(teamOf(person), world.now + DAY, chance) + 2 * HOUR;
  const dueAt = world.instant(dueMs);
  const promiseId = `p-${String(person.index)}-${String(person.touchpoints + 1)}`;
  const what = write(chance, language, 'promiseCallback', slots);
  const promise = (status: string): Report => ({
    ...{ kind: 'promise', channel: 'phone', source: 'crm' },
    data: { status, what, dueAt, promiseId, owner: slots.agent },
  });
  world.report(person, promise('made'));
  if (!chance.happens(careTaken)) return;
  const calledAt = whenOpen(teamOf(person), chance.happens(0.85) ? dueMs - 3 * HOUR : dueMs + 20 * HOUR, chance);
  world.plan(calledAt, () => {
    const isReached = chance.happens(0.75);
    followUp(world, person, { reason: 'complaint', isReached, slots, dueAt });
    if (isReached) world.report(person, promise('kept'));
  });
}

export interface FollowUp {
  readonly reason: string;
  readonly isReached: boolean;
  readonly slots: Slots;
  readonly dueAt?: string;
}

export function followUp(world: World, person: Person, { reason, isReached, slots, dueAt }: FollowUp): void {
  const { chance, language, identity } = person;
  const tryAgainAt = whenOpen(teamOf(person), world.now + DAY, chance);
  world.report(person, {
    kind: 'follow_up',
    channel: identity.phone === undefined ? 'email' : 'phone',
    source: 'crm',
    data: {
      reason,
      outcome: isReached ? chance.pick(['reached', 'resolved']) : 'not_reached',
      notes: write(chance, language, isReached ? 'reachedNotes' : 'missedNotes', slots),
      agent: slots.agent,
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(isReached ? {} : { nextAt: world.instant(tryAgainAt) }),
    },
  });
}

export const daysIn = (person: Person, days: number): string => numberIn(person.language, days);
