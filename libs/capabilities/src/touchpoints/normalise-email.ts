import { domainToASCII } from 'node:url';

/** RFC 5321, 4.5.3.1: 64 octets before the @, 254 in all. */
const MAX_EMAIL = 254;
const MAX_LOCAL = 64;
const LOCAL = /^[^\s@\p{C}<>()[\],;:\\"]+$/u;
/** Labels of letters, digits and hyphens; the last one has a letter, or it would be read as a number of an IP address. */
const DOMAIN = /^(?:[\p{L}\p{M}\p{N}-]+\.)+(?=[^.]*\p{L})[\p{L}\p{M}\p{N}-]+$/u;
/** What IDNA leaves as it is: no `xn--` label, which would have to be a right one, and no last label that could be a number. */
const ASCII_DOMAIN = /^(?:(?!xn--)[a-z0-9-]+\.)+(?!xn--)[a-z]+$/;

/**
 * Lower case on both sides of the @ (no provider that counts distinguishes case), the domain in ASCII (IDNA), so that
 * `مثال.ایران` and its `xn--` form are one. Dots and +tags stay: what they mean is each provider's own affair.
 */
export function normaliseEmail(value: string): string | undefined {
  // Lower case can bring back sequences that NFKC composes.
  const address = value.toLowerCase().normalize('NFKC');
  const at = address.lastIndexOf('@');
  if (at < 1) return undefined;
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (local.length > MAX_LOCAL || !LOCAL.test(local) || !DOMAIN.test(domain)) return undefined;
  const ascii = ASCII_DOMAIN.test(domain) ? domain : domainToASCII(domain);
  if (ascii === '' || local.length + 1 + ascii.length > MAX_EMAIL) return undefined;
  return `${local}@${ascii}`;
}
