/** The invariants of Safar's reliability; `answers`: what a caller may be told; `contents`: what they are shown is what was sent; `stops`: whoever is asked to stop does. I7 is of the power cut, which this is not. */
export type Invariant =
  | 'I1 acknowledged is stored'
  | 'I2 applied once'
  | 'I3 order'
  | 'I4 live = rebuilt'
  | 'I5 store = topic'
  | 'I6 nothing unaccounted for'
  | 'I8 effects once'
  | 'I9 lag returns to zero'
  | 'I10 audit chain'
  | 'I11 back to baseline'
  | 'I12 everything explained'
  | 'answers'
  | 'contents'
  | 'stops';

export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
}

const MOST_TOLD = 5;

/** A loss of thousands is told by its first few. */
export function* told(invariant: Invariant, whats: Iterable<string>): Generator<Violation> {
  let count = 0;
  for (const what of whats) {
    count += 1;
    if (count <= MOST_TOLD) yield { invariant, what };
  }
  if (count > MOST_TOLD) yield { invariant, what: `and ${String(count - MOST_TOLD)} more` };
}
