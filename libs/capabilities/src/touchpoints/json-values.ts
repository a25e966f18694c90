/** An object that was sent by somebody. Its members are read by name, never by shape. */
export type Sent = Readonly<Record<string, unknown>>;

const nothing: Sent = {};

export const isSent = (value: unknown): value is Sent =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of an object; of anything else, none. */
export const membersOf = (value: unknown): Sent => (isSent(value) ? value : nothing);

/** A text that says something, or a number as text: ids come as either. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Without the members that are undefined; nothing when none is left. */
export function present(members: Sent): Sent | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The text when it follows a pattern and is not too long: for what is nice to have, and no reason to refuse the rest. */
export const fitting = (value: unknown, pattern: RegExp, most: number): string | undefined => {
  const text = textOf(value);
  return text !== undefined && text.length <= most && pattern.test(text) ? text : undefined;
};

/** As `Line`, `Link` and `Code` of the contracts judge them. */
export const LINE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;
export const LINK = /^(https?:\/\/|\/)[^\s\p{Cc}\p{Cf}\p{Cs}]*$/u;
export const CODE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/-]*$/u;

const MAX_NAME = 50;
/** What stands behind this is no part of a name; folding can make eighteen characters of each. */
const MOST_READ = 1_000;

/** `Order Completed` as `order_completed`: the name of a custom kind. Nothing when no letter a–z is in it. */
export function nameOf(text: string): string | undefined {
  const name = text
    .slice(0, MOST_READ)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_NAME)
    .replace(/_+$/, '');
  return name === '' ? undefined : name;
}
