import { isUtf8 } from 'node:buffer';
import { type TouchpointResult } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { takeTurns } from '#platform/event-loop';
import { catalogues } from '../problems/catalogues.js';
import { type Language } from '../problems/language.js';
import { type ItemCode } from '../problems/problem-texts.js';
import { type JsonStructure, structureOf, type WrittenItem } from './json-structure.js';
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
export function readItem(bytes: Uint8Array, language: Language, structure?: JsonStructure): Item {
  if (bytes.length > TOUCHPOINT_BYTES) return refuseItem('too_large', language);
  const text = decode(bytes);
  if (text === undefined) return refuseItem('invalid_utf8', language);
  const { depth, members } = structure ?? structureOf(bytes);
  if (depth > DEPTH) return refuseItem('too_deep', language);
  const parsed = parse(text);
  if (parsed === undefined) return refuseItem('malformed_json', language);
  return withoutDuplicates(parsed.value, members, language);
}

/** JSON.parse keeps the last of two members with one name and says nothing; what was signed or shown elsewhere may be the first. */
const withoutDuplicates = (value: unknown, members: number, language: Language): Item =>
  membersOf(value) < members ? refuseItem('duplicate_member', language) : succeed(value);

/** Many of them, with room for others in between. */
export async function readItems(items: readonly WrittenItem[], language: Language): Promise<readonly Item[]> {
  const read: Item[] = [];
  for (const item of items) {
    const turn = takeTurns();
    if (turn) await turn;
    read.push(readItem(item.bytes, language, item));
  }
  return read;
}

/** JSON of so many bytes is parsed in half a millisecond. */
const AT_ONCE_BYTES = 131_072;

/**
 * The items of a small array whose text is in order, parsed in one go: what one is and whether it is good does not depend on its
 * neighbours. `undefined` when something is wrong anywhere, or could be: then each has to be read by itself.
 */
export function readAtOnce(
  body: Uint8Array,
  items: readonly WrittenItem[],
  language: Language,
): readonly Item[] | undefined {
  if (body.length > AT_ONCE_BYTES) return undefined;
  for (const { bytes, depth } of items) if (bytes.length > TOUCHPOINT_BYTES || depth > DEPTH) return undefined;
  const text = decode(body);
  const values = text === undefined ? undefined : parse(text)?.value;
  if (!Array.isArray(values) || values.length !== items.length) return undefined;
  return items.map(({ members }, index) => withoutDuplicates(values[index], members, language));
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
