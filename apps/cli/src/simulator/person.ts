import { type Channel, type CustomerKind } from '#contracts';
import { DAY } from './calendar.js';
import { Chance, type Weighted } from './chance.js';
import { asciiOf, names, organisations, type Name } from './names.js';
import { fictionalPhone } from './phone-numbers.js';
import { type Place, places } from './places.js';
import { type SpokenLanguage } from './texts/texts.js';

/** By what a customer is known; a prospect who never ordered has no number. */
export interface Identity {
  readonly customerNumber?: string;
  readonly email: string;
  readonly phone?: string;
  /** On networks where people have a handle. */
  readonly handles: Partial<Readonly<Record<Channel, string>>>;
}

export interface Person {
  /** Distinguishes people, from 1 on. */
  readonly index: number;
  readonly chance: Chance;
  readonly place: Place;
  readonly name: Name;
  readonly customerKind: CustomerKind;
  /** What they write to us in. */
  readonly language: SpokenLanguage;
  /** BCP 47. */
  readonly tongue: string;
  readonly identity: Identity;
  readonly supportChannels: Weighted<Channel>;
  /** Between two orders, while they are customers. */
  readonly meanGapMs: number;
  /** Chance that an order was the last one. */
  readonly dropout: number;
  /** Touchpoints so far: the next one's id. */
  touchpoints: number;
  orders: number;
  points: number;
  isMember: boolean;
  subscriptionId: string | undefined;
  mayBeSurveyed: boolean;
  isGone: boolean;
}

const iranianChannels: Weighted<Channel> = [
  ['telegram', 26],
  ['phone', 22],
  ['bale', 14],
  ['chat', 12],
  ['whatsapp', 9],
  ['instagram', 7],
  ['app', 5],
  ['email', 5],
];
const internationalChannels: Weighted<Channel> = [
  ['email', 36],
  ['chat', 20],
  ['phone', 14],
  ['whatsapp', 12],
  ['facebook', 7],
  ['instagram', 4],
  ['x', 4],
  ['viber', 3],
];
/** Where nobody can be called. */
const withoutPhone: Weighted<Channel> = [
  ['email', 40],
  ['chat', 25],
  ['instagram', 10],
  ['facebook', 5],
];

const tongues = { iranian: 'fa', anglo: 'en', german: 'de', french: 'fr', arabic: 'ar', turkish: 'tr' } as const;
const domains = ['example.com', 'example.com', 'example.org', 'example.net', 'mail.example'] as const;
const handleChannels = ['telegram', 'bale', 'instagram', 'facebook', 'x'] as const;

/** People get numbers of their country's fictional ranges in the order in which they are met. */
export type PhoneBook = (country: string) => string | undefined;

export function createPhoneBook(): PhoneBook {
  const given = new Map<string, number>();
  return (country) => {
    const nth = given.get(country) ?? FIRST_PHONE;
    given.set(country, nth + 1);
    return fictionalPhone(country, nth);
  };
}
/** The first few are of the people who have a part in the story. */
const FIRST_PHONE = 20;

export interface PersonTraits {
  readonly place: Place;
  readonly name: Name;
  readonly customerKind: CustomerKind;
  readonly language: SpokenLanguage;
  readonly phone: string | undefined;
  readonly isProspect: boolean;
  readonly email?: string;
}

/** Somebody whom nobody has written a part for. */
export function strangerOf(seed: number, index: number, phoneBook: PhoneBook): Person {
  const chance = new Chance(seed, index);
  const place = chance.weighted(places);
  // Iranians live everywhere, and write as they like.
  const culture = place.country !== 'IR' && chance.happens(0.14) ? 'iranian' : place.culture;
  const customerKind = chance.weighted<CustomerKind>([
    ['individual', 91],
    ['business', 7],
    ['institutional', 1],
    ['government', 1],
  ]);
  const name = nameOf(chance, culture, customerKind);
  const isPersian = culture === 'iranian' && (place.country === 'IR' ? chance.happens(0.95) : chance.happens(0.5));
  return personOf(chance, index, {
    ...{ place, name, customerKind },
    language: isPersian ? 'fa' : 'en',
    phone: chance.happens(0.92) ? phoneBook(place.country) : undefined,
    isProspect: customerKind === 'individual' && chance.happens(0.12),
  });
}

function nameOf(chance: Chance, culture: Place['culture'], kind: CustomerKind): Name {
  if (kind !== 'individual') {
    const organisation = chance.pick(organisations[culture === 'iranian' ? 'iranian' : 'other'][kind]);
    const branch = String(chance.between(1, 40));
    return { written: `${organisation.written} ${branch}`, latin: `${organisation.latin} ${branch}` };
  }
  const given = chance.pick(names[culture].given);
  const family = chance.pick(names[culture].family);
  return { written: `${given.written} ${family.written}`, latin: `${given.latin} ${family.latin}` };
}

export function personOf(chance: Chance, index: number, traits: PersonTraits): Person {
  const { place, name, customerKind, language, phone, isProspect } = traits;
  const spelled = asciiOf(name.latin);
  const email = traits.email ?? `${spelled.replaceAll(' ', '.')}.${String(index)}@${chance.pick(domains)}`;
  // Handles end in _example: a made-up one without it may be somebody's.
  const handle = `${spelled.replaceAll(' ', '_')}_${String(index)}_example`;
  const isOrganisation = customerKind !== 'individual';
  return {
    ...{ index, chance, place, name, customerKind, language },
    tongue: language === 'fa' ? 'fa' : tongues[place.culture] === 'fa' ? 'en' : tongues[place.culture],
    identity: {
      ...(isProspect ? {} : { customerNumber: customerNumber(index) }),
      email,
      ...(phone === undefined ? {} : { phone }),
      handles: Object.fromEntries(handleChannels.map((channel) => [channel, handle])),
    },
    supportChannels: phone === undefined ? withoutPhone : channelsOf(place),
    // Exponential rates are the gamma heterogeneity of BG/NBD with shape 1: many who buy once a year, few who buy every month.
    meanGapMs: Math.max(12 * DAY, (105 * DAY) / (0.35 + chance.exponential(isOrganisation ? 2 : 0.9))),
    dropout: 0.03 + 0.35 * chance.unit() * chance.unit(),
    ...{ touchpoints: 0, orders: 0, points: 0, isMember: false, subscriptionId: undefined },
    ...{ mayBeSurveyed: true, isGone: false },
  };
}

const channelsOf = ({ country }: Place): Weighted<Channel> =>
  country === 'IR' ? iranianChannels : internationalChannels;

export const customerNumber = (index: number): string => `AY-${String(1000 + index)}`;
