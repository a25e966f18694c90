/** What became of the input so far. Plain numbers, so that it can be kept in a file between runs. */
export interface Tally {
  /** Rows that are part of a touchpoint which is stored, by this import or before. */
  readonly rowsInTouchpoints: number;
  readonly rowsRefused: Readonly<Record<string, number>>;
  readonly accepted: number;
  readonly duplicate: number;
  /** Touchpoints that the front door refused; their rows are among the refused ones. */
  readonly refused: number;
  /** Accepted and duplicate, by the kind that the touchpoint names. */
  readonly byKind: Readonly<Record<string, number>>;
}

export const emptyTally: Tally = {
  rowsInTouchpoints: 0,
  rowsRefused: {},
  accepted: 0,
  duplicate: 0,
  refused: 0,
  byKind: {},
};

export const rowsRefusedIn = (tally: Tally): number =>
  Object.values(tally.rowsRefused).reduce((sum, count) => sum + count, 0);
export const rowsIn = (tally: Tally): number => tally.rowsInTouchpoints + rowsRefusedIn(tally);

export function sumOf(a: Tally, b: Tally): Tally {
  return {
    rowsInTouchpoints: a.rowsInTouchpoints + b.rowsInTouchpoints,
    rowsRefused: countsOf(a.rowsRefused, b.rowsRefused),
    accepted: a.accepted + b.accepted,
    duplicate: a.duplicate + b.duplicate,
    refused: a.refused + b.refused,
    byKind: countsOf(a.byKind, b.byKind),
  };
}

type Counts = Readonly<Record<string, number>>;

function countsOf(a: Counts, b: Counts): Counts {
  const sums = new Map(Object.entries(a));
  for (const [name, count] of Object.entries(b)) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}
