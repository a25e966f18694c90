import { PageRows } from './page-rows.js';

/** Reads page after page of a log whose events are all of a size, of which so many fit a page; answers what was asked for. */
function walk(rows: PageRows, fit: number, pages: number): number[] {
  return Array.from({ length: pages }, () => {
    const asked = rows.toAsk(1_000);
    rows.came(asked, { rows: Math.min(asked, fit), cut: asked > fit });
    return asked;
  });
}

describe('the rows asked for', () => {
  it('are as many as the reader wants, where pages are not cut', () => {
    expect(walk(new PageRows(), 1_000, 2)).toEqual([1_000, 1_000]);
  });

  it('are what a page could hold, and twice as many the next time, where pages are cut', () => {
    expect(walk(new PageRows(), 4, 5)).toEqual([1_000, 4, 8, 4, 8]);
  });

  it('are one at least', () => {
    const rows = new PageRows();
    rows.came(10, { rows: 0, cut: true });
    expect(rows.toAsk(10)).toBe(1);
  });

  it('grow back, where events are small again', () => {
    const rows = new PageRows();
    walk(rows, 200, 1);
    expect(walk(rows, 1_000, 5)).toEqual([200, 400, 800, 1_000, 1_000]);
  });

  it('do not grow by those who ask for less', () => {
    const rows = new PageRows();
    rows.came(1_000, { rows: 4, cut: true });
    rows.came(1, { rows: 1, cut: false });
    rows.came(4, { rows: 3, cut: false });
    expect(rows.toAsk(1_000)).toBe(4);
  });
});
