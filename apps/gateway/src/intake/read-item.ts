import { isUtf8 } from 'node:buffer';
import { type TouchpointResult } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { takeTurns } from '#platform/event-loop';
import { catalogues } from '../problems/catalogues.js';
import { type Language } from '../problems/language.js';
import { type ItemCode } from '../problems/problem-texts.js';
import { structureOf } from './json-structure.js';
import { DEPTH, TOUCHPOINT_BYTES } from './limits.js';

export type Refused = Extract<TouchpointResult, { readonly status: 'refused' }>;

/** A touchpoint that could be read, or why not. What it says is for the command to judge. */
export type Item = Result<unknown, Refused>;

export const refuseItem = (code: ItemCode, language: Language): Item =>
  fail({
    status: 'refused',
    code: code === 'too_large' ? 'too_large' : 'invalid',
    errors: [{ pointer: '', code, detail: catalogues[language].items[code] }],
  });

/**
 * One touchpoint from the bytes of its JSON. Refuses what can only be seen in the text: afterwards nobody can tell how large it was,
 * that a member was there twice, or that it was not UTF-8; and depth, before anything recursive meets it.
 */
export function readItem(bytes: Uint8Array, language: Language): Item {
  if (bytes.length > TOUCHPOINT_BYTES) return refuseItem('too_large', language);
  const text = decode(bytes);
  if (text === undefined) return refuseItem('invalid_utf8', language);
  const { depth, members } = structureOf(bytes);
  if (depth > DEPTH) return refuseItem('too_deep', language);
  const parsed = parse(text);
  if (parsed === undefined) return refuseItem('malformed_json', language);
  // JSON.parse keeps the last of two members with one name and says nothing; what was signed or shown elsewhere may be the first.
  if (membersOf(parsed.value) < members) return refuseItem('duplicate_member', language);
  return succeed(parsed.value);
}

/** Many of them, with room for others in between. */
export async function readItems(items: readonly Uint8Array[], language: Language): Promise<readonly Item[]> {
  const read: Item[] = [];
  for (const item of items) {
    await takeTurns();
    read.push(readItem(item, language));
  }
  return read;
}

// One mark may have been taken off with the body that this is part of; a second one is no JSON.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const BYTE_ORDER_MARK = 0xef;

function decode(bytes: Uint8Array): string | undefined {
  // Looking and then decoding takes a third of the decoder's time, which is only needed to leave out a byte order mark.
  if (bytes[0] !== BYTE_ORDER_MARK && isUtf8(bytes))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Members of all objects in a value together. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const within: readonly unknown[] = Object.values(value);
  let members = Array.isArray(value) ? 0 : within.length;
  for (const member of within) if (typeof member === 'object') members += membersOf(member);
  return members;
}
