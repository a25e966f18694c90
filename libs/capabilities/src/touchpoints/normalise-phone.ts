import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** A shorter one that is in no known range is a local number: everybody with these digits, in any city, would be one person. */
const SHORTEST_UNKNOWN = 8;

/**
 * What the library gives back as it is: whole numbers of Iran, Great Britain, Turkey and the North American plan, none of which
 * begins with a prefix that it would take away. 0.1 µs where the library takes 5 to 15; a test compares both over all areas.
 */
const COMPLETE = /^\+(?:98[1-9]\d{9}|44[1-9]\d{9}|90[1-9]\d{9}|1[2-9]\d{9})$/;
const IRANIAN = /^0[1-9]\d{9}$/;

/**
 * E.164; with an extension as in RFC 3966 (`+982188776655;ext=12`), because people behind one switchboard are not one customer.
 * Possible, not only valid, numbers are taken: lists of valid ranges age, and a refused number is a lost customer.
 */
export function normalisePhone(value: string, defaultRegion: string | undefined): string | undefined {
  if (COMPLETE.test(value)) return value;
  if (defaultRegion === 'IR' && IRANIAN.test(value)) return `+98${value.slice(1)}`;
  return normaliseByLibrary(value, defaultRegion);
}

export function normaliseByLibrary(value: string, defaultRegion: string | undefined): string | undefined {
  const number = parsePhoneNumberFromString(value, {
    extract: false,
    ...(defaultRegion !== undefined && isSupportedCountry(defaultRegion) && { defaultCountry: defaultRegion }),
  });
  if (!number?.isPossible()) return undefined;
  if (number.nationalNumber.length < SHORTEST_UNKNOWN && !number.isValid()) return undefined;
  return number.ext ? `${number.number};ext=${number.ext}` : number.number;
}

/** A national number, which means nothing as long as nobody says of which country. */
export const needsCountry = (value: string): boolean => !value.startsWith('+') && /^[\s\d()./-]{5,}$/.test(value);
