import {
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  encodeCursor,
  MAX_PAGE_LIMIT,
  type Page,
  type RawParameters,
} from '#contracts';
import { parameterError } from '../problems/catalogues.js';
import { ProblemError } from '../problems/problem-error.js';

/** A page of a list that is read whole because it is about people and keys, not about customers: hundreds, not millions. */
export function pageOf<Item extends { readonly id: string }>(
  list: string,
  items: readonly Item[],
  { limit = String(DEFAULT_PAGE_LIMIT), cursor }: RawParameters,
): Page<Item> {
  const size = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (size < 1 || size > MAX_PAGE_LIMIT) throw invalid('/limit', 'out_of_range');
  const start = cursor === undefined ? 0 : startAfter(list, items, cursor);
  const data = items.slice(start, start + size);
  const edge = (towards: 'next' | 'prev', id: string | undefined): string | null =>
    id === undefined ? null : encodeCursor(list, { towards, key: [id] });
  return {
    data,
    page: {
      next: start + size < items.length ? edge('next', data.at(-1)?.id) : null,
      prev: start === 0 ? null : edge('next', items[start - size - 1]?.id ?? ''),
    },
  };
}

/** What was deleted meanwhile begins the list anew. */
function startAfter<Item extends { readonly id: string }>(
  list: string,
  items: readonly Item[],
  cursor: unknown,
): number {
  const decoded = typeof cursor === 'string' ? decodeCursor(list, cursor) : undefined;
  if (decoded?.key.length !== 1) throw invalid('/cursor', 'invalid_cursor');
  return items.findIndex(({ id }) => id === decoded.key[0]) + 1;
}

export function onlyParameters(parameters: RawParameters, known: readonly string[]): void {
  const other = Object.keys(parameters).find((name) => !known.includes(name));
  if (other !== undefined) throw invalid('', 'unknown_parameter');
}

const invalid = (pointer: string, code: Parameters<typeof parameterError>[1]): ProblemError =>
  new ProblemError('invalid_parameters', { errors: [parameterError(pointer, code)] });
