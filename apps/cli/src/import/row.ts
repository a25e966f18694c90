/** One data row of the input. */
export interface Row {
  /** 1 for the first data row; the header is none. */
  readonly number: number;
  /** Line of the file on which it begins, 1 and up. */
  readonly line: number;
  /** As they stand in the input, in the order of the table's header. */
  readonly cells: readonly string[];
  /** The line itself, for formats that are not cells to begin with. */
  readonly raw?: string;
  /** Why the row cannot be read at all. */
  readonly problem?: Refusal;
}

/** Why a row is not part of any touchpoint. */
export interface Refusal {
  /** snake_case; what the summary counts by. */
  readonly reason: string;
  /** For people; goes to the rejects beside the row. */
  readonly detail: string;
}

export interface RefusedRow extends Refusal {
  readonly row: Row;
}

/** An input as rows under a header. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: AsyncIterable<Row>;
}

/** How much of the file a row is, roughly: what limits on memory are counted in. */
export const weightOf = (row: Row): number =>
  row.cells.reduce((sum, cell) => sum + cell.length, row.raw?.length ?? 0) + ROW_OVERHEAD;
const ROW_OVERHEAD = 32;
