import { GroupEnds } from './group-ends.js';
import { ImportProblem } from './import-problem.js';
import { ContentHash } from './input.js';
import { openSource, type Source } from './table.js';

/** What the first pass learns: the size of the task, and where each group ends. */
export interface Survey {
  readonly header: readonly string[];
  readonly rows: number;
  /** SHA-256 of the input, in hexadecimal. */
  readonly contentHash: string;
  readonly groups: GroupEnds;
}

export interface SurveyOptions {
  readonly signal: AbortSignal;
  /** Bytes read so far, of the input's size. */
  readonly onProgress?: (bytesRead: number) => void;
}

/**
 * Reads the input once, without making anything of it. The rows of a group need not stand together (one invoice in 25,900 of
 * Online Retail does not), and only this tells when a group is complete without holding all of them.
 */
export async function survey(source: Source, { signal, onProgress }: SurveyOptions): Promise<Survey> {
  const hash = new ContentHash();
  const groups = new GroupEnds();
  let bytesRead = 0;
  let rows = 0;
  const { table, mapper } = await openSource(source, (bytes) => {
    hash.update(bytes);
    bytesRead += bytes.length;
    onProgress?.(bytesRead);
  });
  for await (const row of table.rows) {
    // Looking at the signal for each row would cost more than it is worth; 4,096 rows take 20 ms.
    if (row.number % 4_096 === 0) signal.throwIfAborted();
    rows = row.number;
    const decision = mapper.decide(row);
    if ('group' in decision && decision.group !== undefined) groups.add(decision.group, row.number);
  }
  if (rows > MAXIMUM_ROWS)
    throw new ImportProblem(`The input has more than ${String(MAXIMUM_ROWS)} rows.`, 'Import it in parts.');
  return { header: table.header, rows, contentHash: hash.digest(), groups };
}

/** Row numbers are kept in 32 bits. */
const MAXIMUM_ROWS = 4_294_967_295;
