import { type Identifier } from '#contracts';
import { normaliseIdentifier } from '../normalise-identifier.js';
import { fitting, isSent, LINE, membersOf, present, type Sent, textOf } from '../json-values.js';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** RFC 3696, erratum 1690: 64 octets, an @ and 255. The pattern takes time by the square of what it looks at: nothing longer meets it. */
const MOST_OF_AN_EMAIL = 320;

const isEmail = (text: string): boolean => text.length <= MOST_OF_AN_EMAIL && EMAIL.test(text);
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
const COUNTRY = /^[A-Z]{2}$/;

/** What a message tells of a person: its own traits over those of its context. */
export const traitsOf = (message: Sent): Sent => ({
  ...membersOf(membersOf(message['context'])['traits']),
  ...membersOf(message['traits']),
});

/**
 * Who it was, the most durable name first: the user id (an e-mail address where it is one), then e-mail address and telephone
 * of the traits, then the browser's or device's own id. A name that stands for nobody (`null`, `anonymous`, `0`) or that cannot be read
 * is left out as long as another one is left: people type their telephone number as they like, and the message is still theirs.
 */
export function identifiersOf(message: Sent, defaultRegion?: string): readonly Identifier[] {
  const traits = traitsOf(message);
  const userId = textOf(message['userId']);
  const claims = [
    [userId !== undefined && isEmail(userId) ? 'email' : 'customer_number', userId],
    ['customer_number', message['type'] === 'alias' ? textOf(message['previousId']) : undefined],
    ['email', textOf(traits['email'])],
    ['phone', textOf(traits['phone'])],
    ['anonymous_id', textOf(message['anonymousId'])],
  ] as const;
  return claims.flatMap(([kind, value]) => {
    const read = value === undefined ? undefined : normaliseIdentifier({ kind, value }, defaultRegion);
    return read?.ok === true ? [read.value] : [];
  });
}

/** As the SDKs draw it for a browser or device, and nobody guesses it: a UUID. */
const DRAWN = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Who it was, where nobody can be believed: the browser's own id and nothing else. Every other name is one that somebody knows of somebody else, and so is
 * an id that a site gave by a rule of its own.
 */
export function ownIdentifiersOf({ anonymousId }: Sent): readonly Identifier[] {
  if (typeof anonymousId !== 'string' || !DRAWN.test(anonymousId)) return [];
  return [{ kind: 'anonymous_id', value: anonymousId }];
}

/** The same of anything that was sent, also of what is no message that could be used; nobody where nobody can be recognised. */
export const identifiersOfMessage = (message: unknown, defaultRegion?: string): readonly Identifier[] =>
  isSent(message) ? identifiersOf(message, defaultRegion) : [];

/** The members of a touchpoint's profile that the traits and the context say in a way that can be kept. */
export function profileOf(message: Sent): Sent | undefined {
  const traits = traitsOf(message);
  const address = membersOf(traits['address']);
  const names = [textOf(traits['firstName']), textOf(traits['lastName'])].filter((part) => part !== undefined);
  const locale = textOf(membersOf(message['context'])['locale'])?.replace('_', '-');
  return present({
    name: fitting(traits['name'] ?? names.join(' '), LINE, 200),
    language: fitting(locale, LANGUAGE, 35),
    country: fitting(traits['country'] ?? address['country'], COUNTRY, 2),
    city: fitting(traits['city'] ?? address['city'], LINE, 200),
  });
}
