import { ImportProblem } from './import-problem.js';
import { groupTooLarge, type Mapper } from './mapping.js';
import { OpenGroups } from './open-groups.js';
import { weightOf, type Refusal, type RefusedRow, type Row } from './row.js';
import { type Survey } from './survey.js';
import { openSource, type Source } from './table.js';

/** What became of a group when its last row was read, or of a row that is in none. */
export interface Outcome {
  /** Everything up to this row of the input is dealt with once this outcome is. */
  readonly settles: number;
  readonly touchpoint?: unknown;
  /** Rows that the touchpoint is made of. */
  readonly rows: readonly Row[];
  readonly refused: readonly RefusedRow[];
  /** Characters of all its rows. */
  readonly weight: number;
}

export interface OutcomeOptions {
  readonly signal: AbortSignal;
  /** Outcomes up to this row were dealt with before. */
  readonly settledRow: number;
}

/**
 * The second pass: rows of open groups are held, and each group is mapped when its last row has been read. What was settled by
 * an earlier run is skipped without being held. Ends early when the signal says so.
 */
export async function* outcomes(
  source: Source,
  found: Survey,
  { signal, settledRow }: OutcomeOptions,
): AsyncGenerator<Outcome> {
  const { table, mapper } = await openSource(source);
  const open = new OpenGroups();
  let rows = 0;
  for await (const row of table.rows) {
    if (signal.aborted) return;
    rows = row.number;
    const step = stepFor(mapper, row, found);
    if (step.endsAt <= settledRow) continue;
    if (step.refused !== undefined)
      yield { settles: row.number, rows: [], refused: [{ row, ...step.refused }], weight: weightOf(row) };
    else if (step.group === undefined) yield { settles: row.number, ...mapper.map([row]), weight: weightOf(row) };
    else {
      open.add(step.bucket, step.group, row);
      if (step.endsAt === row.number) yield* completed(open.take(step.bucket), mapper, row.number);
    }
  }
  if (rows !== found.rows || !open.isEmpty)
    throw new ImportProblem(
      'The input changed while it was read.',
      'Run it again when nobody writes to the file any more; nothing is stored twice.',
    );
}

interface Step {
  /** Number of the row with which the row's fate is decided. */
  readonly endsAt: number;
  readonly refused?: Refusal;
  readonly group?: string;
  readonly bucket: number;
}

function stepFor(mapper: Mapper, row: Row, { groups }: Survey): Step {
  const decision = mapper.decide(row);
  if ('refused' in decision) return { endsAt: row.number, refused: decision.refused, bucket: 0 };
  const { group } = decision;
  if (group === undefined) return { endsAt: row.number, bucket: 0 };
  const bucket = groups.bucketOf(group);
  if (groups.isTooLarge(bucket)) return { endsAt: row.number, refused: groupTooLarge, bucket };
  return { endsAt: groups.lastRowOf(bucket), group, bucket };
}

/** Several groups end with one row only when they share a bucket; the row is settled with the last of them. */
function* completed(
  groups: readonly (readonly [Row, ...Row[]])[],
  mapper: Mapper,
  rowNumber: number,
): Generator<Outcome> {
  for (const [index, rows] of groups.entries()) {
    const settles = index === groups.length - 1 ? rowNumber : rowNumber - 1;
    yield { settles, ...mapper.map(rows), weight: rows.reduce((sum, row) => sum + weightOf(row), 0) };
  }
}
