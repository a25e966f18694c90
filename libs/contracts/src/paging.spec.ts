import fc from 'fast-check';
import { decodeCursor, encodeCursor, listOf, pageOf, type Cursor } from './paging.js';

const LIST = 'numbers';

/** What a query does: rows beyond the cursor in the direction of the walk, one more than the limit. */
function pageAt(sorted: readonly number[], limit: number, link: string | null) {
  const cursor = link === null ? undefined : decodeCursor(LIST, link);
  const edge = Number(cursor?.key[0]);
  const found =
    cursor === undefined
      ? sorted
      : cursor.towards === 'next'
        ? sorted.filter((row) => row > edge)
        : sorted.filter((row) => row < edge).toReversed();
  return pageOf(found.slice(0, limit + 1), { list: LIST, limit, cursor, keyOf: (row) => [row] });
}

describe('a list', () => {
  it('is whole when its pages are walked forwards and back', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1000), { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (numbers, limit) => {
          const sorted = numbers.toSorted((a, b) => a - b);
          const there: number[] = [];
          let page = pageAt(sorted, limit, null);
          expect(page.page.prev).toBeNull();
          there.push(...page.data);
          while (page.page.next !== null) {
            page = pageAt(sorted, limit, page.page.next);
            expect(page.data.length).toBeGreaterThan(0);
            there.push(...page.data);
          }
          expect(there).toEqual(sorted);
          const back = [...page.data];
          while (page.page.prev !== null) {
            page = pageAt(sorted, limit, page.page.prev);
            expect(page.data.length).toBeGreaterThan(0);
            back.unshift(...page.data);
          }
          expect(back).toEqual(sorted);
        },
      ),
    );
  });
});

describe('a cursor', () => {
  const cursor: Cursor = { towards: 'next', key: [1, 'a/سارا'] };

  it('comes back as it went', () => {
    expect(decodeCursor(LIST, encodeCursor(LIST, cursor))).toEqual(cursor);
    expect(encodeCursor(LIST, cursor)).toMatch(/^[\w-]+$/);
  });

  it('means nothing in another list', () => {
    expect(decodeCursor('others', encodeCursor(LIST, cursor))).toBeUndefined();
  });

  it('means nothing where something else is selected, however alike it is', () => {
    const text = encodeCursor(listOf(LIST, { team: 'a', tags: ['x', 'y'] }), cursor);
    const others = [{}, { team: 'b', tags: ['x', 'y'] }, { team: 'a', tags: ['x'] }, { tag: 'a', tags: ['x', 'y'] }];
    for (const other of others) expect(decodeCursor(listOf(LIST, other), text)).toBeUndefined();
    const same = { tags: ['x', 'y'], channel: undefined, team: 'a' };
    expect(decodeCursor(listOf(LIST, same), text)).toEqual(cursor);
  });

  it.each([
    '',
    '!',
    'bnVtYmVycw',
    'W10',
    'bnVsbA',
    'e30',
    'WyJudW1iZXJzIiwidXAiLDFd',
    'WyJudW1iZXJzIiwibmV4dCIse31d',
    'A'.repeat(1000),
  ])('is not just any text: %s', (text) => {
    expect(decodeCursor(LIST, text)).toBeUndefined();
  });

  it('is never a reason to throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          expect(decodeCursor(LIST, text)).toBeUndefined();
        },
      ),
    );
  });
});
