import { type Caller } from '../access/caller.js';
import { problemDocument } from '../problems/problem-document.js';
import { toProblem } from '../problems/to-problem.js';
import { noCounts } from './answers.js';
import { type BatchAnswer } from './ndjson.js';

export interface NdjsonOptions {
  readonly caller: Caller;
  /** Leave out what was stored, and end with how much that was. */
  readonly refusedOnly: boolean;
}

/**
 * The answers as lines. When some have no answer (the store was busy for too long), the last line is
 * `{"line": n, "problem": {…}}`: line n and those after it may be stored or not, and are safe to send again.
 */
export async function* ndjsonText(answers: AsyncIterable<BatchAnswer>, options: NdjsonOptions): AsyncGenerator<string> {
  const { caller, refusedOnly } = options;
  const counts = noCounts();
  for await (const answer of answers) {
    if ('unanswered' in answer) {
      const problem = problemDocument(toProblem(answer.unanswered), caller.correlationId, caller.language);
      yield line({ line: answer.fromLine, problem });
      return;
    }
    for (const { status } of answer.results) counts[status] += 1;
    const shown = refusedOnly ? answer.results.filter(({ status }) => status === 'refused') : answer.results;
    if (shown.length > 0) yield shown.map(line).join('');
  }
  if (refusedOnly) yield line({ summary: counts });
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
