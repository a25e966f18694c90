import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** A shorter one that is in no known range is a local number: everybody with these digits, in any city, would be one person. */
const SHORTEST_UNKNOWN = 8;

/**
 * E.164; with an extension as in RFC 3966 (`+982188776655;ext=12`), because people behind one switchboard are not one customer.
 * Possible, not only valid, numbers are taken: lists of valid ranges age, and a refused number is a lost customer.
 */
export function normalisePhone(value: string, defaultRegion: string | undefined): string | undefined {
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
