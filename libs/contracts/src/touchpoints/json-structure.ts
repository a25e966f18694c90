const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

/** JSON's white space: space, tab, line feed, carriage return. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Index of the first byte that is not white space, at or after `from`; the length when there is none. */
export function skipSpace(bytes: Uint8Array, from = 0): number {
  let index = from;
  while (index < bytes.length && isSpace(bytes[index])) index += 1;
  return index;
}

/** Index of the closing quote of a string that opens at `from`; the length when it does not close. */
function endOfString(bytes: Uint8Array, from: number): number {
  let index = from + 1;
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
  return index;
}

export interface JsonStructure {
  /** How deep objects and arrays are nested. */
  readonly depth: number;
  /** Members of all objects together: in valid JSON each has one colon outside of a string. */
  readonly members: number;
}

/** What can be known of a JSON text without building its value. Says nothing about whether it is valid. */
export function structureOf(bytes: Uint8Array): JsonStructure {
  let deepest = 0;
  let depth = 0;
  let members = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) index = endOfString(bytes, index);
    else if (byte === COLON) members += 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) deepest = Math.max(deepest, (depth += 1));
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
  }
  return { depth: deepest, members };
}

/** An item of an array as it was written. */
export interface WrittenItem extends JsonStructure {
  readonly bytes: Uint8Array;
}

/** The items of a JSON array as they were written; see `writtenItems`. */
export function itemsOf(bytes: Uint8Array, most: number): readonly Uint8Array[] | 'malformed' | 'too-many' {
  const items = writtenItems(bytes, most);
  return typeof items === 'string' ? items : items.map((item) => item.bytes);
}

/**
 * The items of a JSON array as they were written, so that each can be read, measured and refused by itself; with the structure of each,
 * which comes out of the same look at the bytes.
 * `malformed` when the text is not one array; `too-many` as soon as there are more than `most`.
 */
export function writtenItems(bytes: Uint8Array, most: number): readonly WrittenItem[] | 'malformed' | 'too-many' {
  const items: WrittenItem[] = [];
  let deepest = 1;
  let members = 0;
  const opening = skipSpace(bytes);
  if (bytes[opening] !== OPEN_ARRAY) return 'malformed';
  let start = opening + 1;
  let depth = 1;
  for (let index = start; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) index = endOfString(bytes, index);
    else if (byte === COLON) members += 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) deepest = Math.max(deepest, (depth += 1));
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
    if (depth > 1 || (depth === 1 && byte !== COMMA)) continue;
    const item = bytes.subarray(skipSpace(bytes, start), index);
    const isLast = depth === 0;
    // "[]" has no item; "[1,]" and "[,1]" have an empty one, which JSON does not know.
    if (item.length === 0 && !(isLast && items.length === 0)) return 'malformed';
    if (items.length === most && item.length > 0) return 'too-many';
    if (item.length > 0) items.push({ bytes: item, depth: deepest - 1, members });
    deepest = 1;
    members = 0;
    if (isLast) return byte === CLOSE_ARRAY && skipSpace(bytes, index + 1) === bytes.length ? items : 'malformed';
    start = index + 1;
  }
  return 'malformed';
}

/** Where a value stands in a text: from its first byte, up to and without the one behind its last. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the values stand of those members of a JSON object that have one of these names, as the names are usually written: one that is written with
 * escapes is not found. Of a name that is there twice the last. Found without building a value; says nothing about whether the text is valid.
 */
export function placesOf<Name extends string>(bytes: Uint8Array, names: readonly Name[]): ReadonlyMap<Name, Place> {
  const places = new Map<Name, Place>();
  const written = new Map(names.map((name) => [JSON.stringify(name), name]));
  let index = skipSpace(bytes);
  if (bytes[index] !== OPEN_OBJECT) return places;
  while (index < bytes.length && bytes[index] !== CLOSE_OBJECT) {
    const from = skipSpace(bytes, index + 1);
    if (bytes[from] !== QUOTE) return places;
    const to = endOfString(bytes, from) + 1;
    const start = skipSpace(bytes, skipSpace(bytes, to) + 1);
    index = endOfValue(bytes, start);
    // No name is longer than the longest that was asked for.
    const name = to - from > LONGEST_NAME ? undefined : written.get(Buffer.from(bytes.subarray(from, to)).toString());
    if (name !== undefined) places.set(name, { start, end: index });
  }
  return places;
}

const LONGEST_NAME = 64;

/** Index of the comma or bracket that ends the value beginning at `from`; the length when nothing does. */
function endOfValue(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let index = from; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) index = endOfString(bytes, index);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) return index;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
  }
  return bytes.length;
}
