/** Of a table; `null` is an empty cell. */
export type Cell = string | number | null;

/** What a spreadsheet takes for the beginning of a formula, https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180: lines end with CRLF, and what could be mistaken stands in quotes. Text that looks like a formula is made text by an apostrophe. */
export const csvText = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');

function cellText(cell: Cell): string {
  if (cell === null) return '';
  // A number is none, and no number here is negative.
  const text = typeof cell === 'number' ? String(cell) : FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
