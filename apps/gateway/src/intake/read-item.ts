import {
  decodeUtf8,
  type JsonStructure,
  parseText,
  readTouchpointText,
  type TextFault,
  type TouchpointResult,
  withoutDuplicates,
  type WrittenItem,
} from '#contracts';
import { fail, type Result } from '#kernel';
import { takeTurns } from '#platform/event-loop';
import { catalogues } from '../problems/catalogues.js';
import { type Language } from '../problems/language.js';
import { DEPTH, TOUCHPOINT_BYTES } from './limits.js';

export type Refused = Extract<TouchpointResult, { readonly status: 'refused' }>;

/** A touchpoint that could be read, or why not. What it says is for the command to judge. */
export type Item = Result<unknown, Refused>;

export const refuseItem = (code: TextFault, language: Language): Item =>
  fail({
    status: 'refused',
    code: code === 'too_large' ? 'too_large' : 'invalid',
    errors: [{ pointer: '', code, detail: catalogues[language].items[code] }],
  });

/** One touchpoint from the bytes of its JSON; see `readTouchpointText`. */
export const readItem = (bytes: Uint8Array, language: Language, structure?: JsonStructure): Item =>
  itemOf(readTouchpointText(bytes, structure), language);

const itemOf = (read: Result<unknown, TextFault>, language: Language): Item =>
  read.ok ? read : refuseItem(read.reason, language);

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
  const text = decodeUtf8(body);
  const values = text === undefined ? undefined : parseText(text)?.value;
  if (!Array.isArray(values) || values.length !== items.length) return undefined;
  return items.map(({ members }, index) => itemOf(withoutDuplicates(values[index], members), language));
}
