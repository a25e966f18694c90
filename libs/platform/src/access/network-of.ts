import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** The groups of a /64, which one subscriber has whole (RFC 6177). */
const OF_A_SUBSCRIBER = 4;

/**
 * The network that counts as one caller: an address of IPv4 as it is, also where IPv6 wraps it (`::ffff:192.0.2.1`, as a server on both hears it);
 * of IPv6 the /64, written in one way. What is no address is left as it is.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  return groups
    .slice(0, OF_A_SUBSCRIBER)
    .map((group) => group.toString(16))
    .join(':');
}

/** The eight numbers of an address that `isIPv6` takes. */
function groupsOf(address: string): readonly number[] {
  // A zone says on which of our own links it is.
  const [head = [], tail] = (address.split('%', 1)[0] ?? '').split('::').map(numbersOf);
  if (tail === undefined) return head;
  return [...head, ...Array.from({ length: GROUPS - head.length - tail.length }, () => 0), ...tail];
}

function numbersOf(part: string): readonly number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
