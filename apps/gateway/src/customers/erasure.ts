import { type IncomingMessage } from 'node:http';
import { type PersonaErasedData } from '#contracts';
import { type CustomerErased } from '#wiring';
import { BodyBudget } from '../intake/body-budget.js';
import { withBody } from '../intake/read-body.js';
import { readItem } from '../intake/read-item.js';
import { parameterError } from '../problems/catalogues.js';
import { type Language } from '../problems/language.js';
import { ProblemError } from '../problems/problem-error.js';

const BODY_BYTES = 1_024;
export const erasureReasons = [
  'customer_request',
  'retention',
  'other',
] as const satisfies readonly PersonaErasedData['reason'][];

export interface ErasureView {
  readonly customerId: string;
  /** RFC 3339. */
  readonly erasedAt: string;
  /** Decimal digits; pass it as `minPosition` to see that it is gone. */
  readonly position: string;
}

export const erasureView = ({ customerId, erasedAt, position }: CustomerErased): ErasureView => ({
  customerId,
  erasedAt: new Date(erasedAt).toISOString(),
  position: position.toString(),
});

/** Reads `{"reason": "customer_request" | "retention" | "other"}`. */
export function parseErasure(message: IncomingMessage, language: Language): Promise<PersonaErasedData['reason']> {
  const limits = { limitBytes: BODY_BYTES, budget: new BodyBudget(BODY_BYTES) };
  return withBody(message, limits, (body) => {
    const item = readItem(body, language);
    if (!item.ok) throw new ProblemError('malformed_json', { errors: item.reason.errors });
    return Promise.resolve(reasonOf(item.value));
  });
}

function reasonOf(value: unknown): PersonaErasedData['reason'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ProblemError('malformed_json');
  const [other] = Object.keys(value).filter((name) => name !== 'reason');
  if (other !== undefined)
    throw new ProblemError('invalid_parameters', { errors: [parameterError('', 'unknown_parameter')] });
  const reason = erasureReasons.find((known) => 'reason' in value && value.reason === known);
  if (reason !== undefined) return reason;
  throw new ProblemError('invalid_parameters', { errors: [parameterError('/reason', 'unknown_value')] });
}
