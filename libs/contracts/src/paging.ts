import { canonicalJson } from '#kernel';

/** A part of a list. The links are opaque: hand one back as `cursor`; `null` where the list ends. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly page: PageLinks;
}

export interface PageLinks {
  readonly next: string | null;
  readonly prev: string | null;
}

export const DEFAULT_PAGE_LIMIT = 50;
export const MAX_PAGE_LIMIT = 200;

/** The sort key of a row at the edge of a page: the page begins right after it (`next`) or ends right before it (`prev`). */
export interface Cursor {
  readonly towards: 'next' | 'prev';
  readonly key: readonly (string | number)[];
}

/** Longest cursor that is looked at; ours are below 200 characters. */
const MAX_CURSOR = 512;

/** `list` names the list and its order: a cursor of one list means nothing in another. */
export const encodeCursor = (list: string, { towards, key }: Cursor): string =>
  Buffer.from(JSON.stringify([list, towards, ...key])).toString('base64url');

/**
 * The name of a list of what was selected: a cursor of `team=a` means nothing with `team=b`. Whoever makes one up to walk where they did
 * not begin, reads what they may read anyway: the hash (FNV-1a, 64 bits) keeps mistakes out and nobody else.
 */
export function listOf(name: string, selection: Readonly<Record<string, unknown>>): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(canonicalJson(selection)))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return `${name}-${hash.toString(36)}`;
}

/** `undefined` for anything that `encodeCursor` did not make for this list. What the key holds is for the list to check. */
export function decodeCursor(list: string, text: string): Cursor | undefined {
  const parts = text.length <= MAX_CURSOR && /^[\w-]+$/.test(text) ? jsonArray(text) : [];
  const [name, towards, ...key] = parts;
  if (name !== list || (towards !== 'next' && towards !== 'prev') || !key.every(isKeyPart)) return undefined;
  return { towards, key };
}

function jsonArray(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

const isKeyPart = (part: unknown): part is string | number => typeof part === 'string' || typeof part === 'number';

export interface PageRequest<Row> {
  readonly list: string;
  readonly limit: number;
  /** Where the walk stands; without it the page is the first. */
  readonly cursor: Cursor | undefined;
  readonly keyOf: (row: Row) => Cursor['key'];
}

/**
 * The page from rows that were read in the direction of the walk, one more than `limit` where there are that many: the extra
 * row tells that the walk goes on.
 */
export function pageOf<Row>(rows: readonly Row[], request: PageRequest<Row>): Page<Row> {
  const { list, limit, cursor, keyOf } = request;
  const back = cursor?.towards === 'prev';
  const goesOn = rows.length > limit;
  const kept = rows.slice(0, limit);
  const data = back ? kept.toReversed() : kept;
  const link = (towards: Cursor['towards'], row: Row | undefined): string | null =>
    row === undefined ? null : encodeCursor(list, { towards, key: keyOf(row) });
  return {
    data,
    page: {
      next: back || goesOn ? link('next', data.at(-1)) : null,
      prev: (back ? goesOn : cursor !== undefined) ? link('prev', data[0]) : null,
    },
  };
}
