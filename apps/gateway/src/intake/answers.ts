import { type Readable } from 'node:stream';
import { type ProblemCode } from '../problems/problem-codes.js';
import { ProblemError } from '../problems/problem-error.js';
import { type Recorded } from './touchpoint-recorder.js';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Readable;
}

const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});

/** Reasons of the domain, and of the text, as problems. Whatever is not here is an invalid touchpoint. */
const problemOf: Readonly<Record<string, ProblemCode>> = {
  id_reused: 'id_reused',
  too_large: 'touchpoint_too_large',
  malformed_json: 'malformed_json',
  invalid_utf8: 'malformed_json',
};

/** 201 for what was stored now, 200 for what was there before; refused: a problem. */
export function answerToOne(result: Recorded | undefined): Answer {
  if (result === undefined) throw new Error('a touchpoint has no result');
  if (result.status !== 'refused') return json(result.status === 'accepted' ? 201 : 200, result);
  const code = problemOf[result.code] ?? problemOf[result.errors[0]?.code ?? ''] ?? 'invalid_touchpoint';
  throw new ProblemError(code, { errors: result.errors });
}

export interface Counts {
  accepted: number;
  duplicate: number;
  refused: number;
}

export const noCounts = (): Counts => ({ accepted: 0, duplicate: 0, refused: 0 });

export interface BatchAnswer extends Readonly<Counts> {
  /** One for each item, in its order. */
  readonly results: readonly Recorded[];
}

/** 200 whatever became of the items: each has its own result. */
export function answerToArray(results: readonly Recorded[]): Answer {
  const counts = noCounts();
  for (const { status } of results) counts[status] += 1;
  return json(200, { ...counts, results } satisfies BatchAnswer);
}
