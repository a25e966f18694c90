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
  /** The bytes of the cells, or of the line, where they are no text in the encoding of the input. */
  readonly undecoded?: readonly Buffer[];
  /** Where the row stands, when it is too long to be held. */
  readonly place?: Place;
  /** Why the row cannot be read at all. */
  readonly problem?: Refusal;
}

/** Bytes of the input, as it is when it was unpacked. */
export interface Place {
  readonly offset: number;
  readonly length: number;
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
export const weightOf = ({ cells, raw, undecoded }: Row): number =>
  lengthOf(cells) + (raw?.length ?? 0) + (undecoded === undefined ? 0 : lengthOf(undecoded)) + ROW_OVERHEAD;
const lengthOf = (parts: readonly { readonly length: number }[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);
const ROW_OVERHEAD = 32;
