import { isUtf8 } from 'node:buffer';
import { fail, type Result, succeed } from '#kernel';
import { type JsonStructure, structureOf } from './json-structure.js';
import { MAX_TOUCHPOINT_BYTES } from './parse-touchpoint.js';

/** What can be wrong with the text of a touchpoint; what can be wrong with its value is for `parseTouchpoint` to say. */
export type TextFault = 'malformed_json' | 'invalid_utf8' | 'too_large' | 'too_deep' | 'duplicate_member';

/** Objects and arrays within each other, the touchpoint itself included. */
export const MAX_TOUCHPOINT_DEPTH = 32;

/**
 * One touchpoint from the bytes of its JSON. Refuses what can only be seen in the text: afterwards nobody can tell how large it was,
 * that a member was there twice, or that it was not UTF-8; and depth, before anything recursive meets it.
 */
export function readTouchpointText(bytes: Uint8Array, structure?: JsonStructure): Result<unknown, TextFault> {
  if (bytes.length > MAX_TOUCHPOINT_BYTES) return fail('too_large');
  const text = decodeUtf8(bytes);
  if (text === undefined) return fail('invalid_utf8');
  const { depth, members } = structure ?? structureOf(bytes);
  if (depth > MAX_TOUCHPOINT_DEPTH) return fail('too_deep');
  const parsed = parseText(text);
  if (parsed === undefined) return fail('malformed_json');
  return withoutDuplicates(parsed.value, members);
}

/** JSON.parse keeps the last of two members with one name and says nothing; what was signed or shown elsewhere may be the first. */
export const withoutDuplicates = (value: unknown, members: number): Result<unknown, 'duplicate_member'> =>
  membersOf(value) < members ? fail('duplicate_member') : succeed(value);

// One mark may have been taken off with the body that this is part of; a second one is no JSON.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const BYTE_ORDER_MARK = 0xef;

/** Nothing where the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  // Looking and then decoding takes a third of the decoder's time, which is only needed to leave out a byte order mark.
  if (bytes[0] !== BYTE_ORDER_MARK && isUtf8(bytes))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

export function parseText(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Members of all objects in a value together. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) members += membersOf(item);
    return members;
  }
  // No list of the values is made on the way. What JSON.parse makes inherits no member that could be met here.
  for (const name in value) {
    members += 1;
    const member: unknown = value[name as keyof typeof value];
    if (typeof member === 'object') members += membersOf(member);
  }
  return members;
}
