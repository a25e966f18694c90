import { type Channel, type Identifier, type TouchpointDto } from '#contracts';
import { type EpochMs } from '#kernel';
import { Agenda } from './agenda.js';
import { DAY, internationalTeam, iranianTeam, type OpeningHours } from './calendar.js';
import { type Person } from './person.js';
import { isfahan, TONDAR } from './places.js';

/** How a touchpoint is reported; who and when is added. */
export interface Report {
  readonly kind: string;
  readonly channel: Channel;
  readonly data: Readonly<Record<string, unknown>>;
  /** Otherwise the system that reports on this channel. */
  readonly source?: string;
  /** Tell who the customer is, too. */
  readonly withProfile?: boolean;
}

interface Step {
  readonly run: () => void;
  /** Belongs to a person's way of life and not to something that has begun. */
  readonly isHabit: boolean;
}

/** The days before the end of the history on which Tondar began to be late in Isfahan. */
export const TROUBLE_DAYS = 90;

/** What surrounds the people: time, their plans, and what has been reported of them. */
export class World {
  /** Of the simulation. */
  now: EpochMs;
  private readonly agenda = new Agenda<Step>();
  private readonly reported: TouchpointDto[] = [];
  private orders = 100_000;
  /** Of real time ahead of the simulation's; zero in history. */
  private aheadMs = 0;
  private series = '';

  constructor(
    readonly from: EpochMs,
    readonly until: EpochMs,
    /** Begins every id: another seed or size makes other touchpoints. */
    private readonly prefix: string,
  ) {
    this.now = from;
  }

  plan(at: EpochMs, run: () => void): void {
    this.agenda.add(Math.max(at, this.now), { run, isHabit: false });
  }

  planHabit(at: EpochMs, run: () => void): void {
    this.agenda.add(Math.max(at, this.now), { run, isHabit: true });
  }

  /** The next thing that was reported, before a time; `undefined` when there is none. */
  next(before: EpochMs): TouchpointDto | undefined {
    for (;;) {
      const first = this.reported.shift();
      if (first !== undefined) return first;
      const { nextAt } = this.agenda;
      if (nextAt === undefined || nextAt >= before) return undefined;
      const due = this.agenda.take();
      if (due === undefined) return undefined;
      this.now = due.at;
      due.step.run();
    }
  }

  /** From here on things happen now: what had begun in history stays as it is there, people go on living. */
  goLive(series: string): void {
    this.agenda.keep(({ isHabit }) => isHabit);
    this.series = `${series}-`;
  }

  /** Makes the next thing that happens happen at a moment of real time, and all that it promises with it. */
  nextAt(moment: EpochMs): TouchpointDto | undefined {
    const planned = this.reported.length > 0 ? this.now : (this.agenda.nextAt ?? this.now);
    this.aheadMs = moment - planned;
    const touchpoint = this.next(Infinity);
    return touchpoint && { ...touchpoint, occurredAt: new Date(moment).toISOString() };
  }

  /** Planned steps; for watching memory. */
  get planned(): number {
    return this.agenda.size;
  }

  /** As it is told in a touchpoint. */
  instant(at: EpochMs): string {
    return new Date(at + this.aheadMs).toISOString();
  }

  orderNumber(): string {
    this.orders += 1;
    return `${this.series.toUpperCase()}${String(this.orders)}`;
  }

  /** Tondar's trouble: in one city, since one day, until today. */
  isTroubled(person: Person, partner: string): boolean {
    return partner === TONDAR && person.place === isfahan && this.now >= this.until - TROUBLE_DAYS * DAY;
  }

  report(person: Person, { kind, channel, data, source, withProfile }: Report): void {
    person.touchpoints += 1;
    const { name, customerKind, tongue, place, index } = person;
    this.reported.push({
      id: `${this.prefix}-${this.series}${String(index)}-${String(person.touchpoints)}`,
      source: source ?? sources[channel],
      kind,
      channel,
      occurredAt: this.instant(this.now),
      identifiers: identifiersOn(person, channel),
      ...(withProfile === true && {
        profile: {
          name: name.written,
          customerKind,
          language: tongue,
          country: place.country,
          city: place.city,
        },
      }),
      data,
    });
  }
}

/** Our own systems, by what they hear. */
const sources: Readonly<Record<Channel, string>> = {
  web: 'web-shop',
  app: 'mobile-app',
  email: 'helpdesk',
  chat: 'helpdesk',
  phone: 'call-centre',
  sms: 'sms-gateway',
  whatsapp: 'helpdesk',
  telegram: 'telegram-bot',
  bale: 'bale-bot',
  viber: 'helpdesk',
  instagram: 'social-listening',
  facebook: 'social-listening',
  x: 'social-listening',
  store: 'showroom',
  letter: 'back-office',
  fax: 'back-office',
  referral: 'back-office',
  other: 'back-office',
};

/** The customer number first, where there is one: that is whose timeline it is. */
function identifiersOn({ identity }: Person, channel: Channel): Identifier[] {
  const { customerNumber, email, phone, handles } = identity;
  const handle = handles[channel];
  const other: Identifier =
    handle !== undefined
      ? { kind: channel, value: handle }
      : phone !== undefined && channel !== 'web' && channel !== 'email' && channel !== 'chat'
        ? { kind: 'phone', value: phone }
        : { kind: 'email', value: email };
  if (customerNumber === undefined) return [other];
  const all: Identifier[] = [{ kind: 'customer_number', value: customerNumber }, other];
  // An order is where both are asked for.
  if (channel === 'web' && phone !== undefined) all.push({ kind: 'phone', value: phone });
  return all;
}

export const teamOf = ({ place }: Person): OpeningHours => (place.country === 'IR' ? iranianTeam : internationalTeam);
