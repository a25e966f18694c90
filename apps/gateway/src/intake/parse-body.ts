import { type FastifyRequest } from 'fastify';
import { parseAs } from '#contracts';
import { languageOf } from '../problems/language.js';
import { ProblemError } from '../problems/problem-error.js';
import { BodyBudget } from './body-budget.js';
import { refuseEncoded } from './forms.js';
import { withBody } from './read-body.js';
import { readItem } from './read-item.js';

/** Names, passwords, a few scopes. */
const BODY_BYTES = 8_192;
/** All such bodies together: they come from people, one by one. */
const budget = new BodyBudget(BODY_BYTES * 128);
/** What somebody wrote: 10,000 characters of any script, and what else a message has. */
const TEXT_BYTES = 65_536;
const textBudget = new BodyBudget(TEXT_BYTES * 64);

/**
 * The body of a command as its DTO.
 * @throws ProblemError `malformed_json`, `invalid_parameters`, or what `withBody` throws
 */
export const parseBody = <T extends object>(dto: new () => T, request: FastifyRequest): Promise<T> =>
  parseWithin({ limitBytes: BODY_BYTES, budget }, dto, request);

/** The same of a body with a longer text in it. */
export const parseText = <T extends object>(dto: new () => T, request: FastifyRequest): Promise<T> =>
  parseWithin({ limitBytes: TEXT_BYTES, budget: textBudget }, dto, request);

interface Limits {
  readonly limitBytes: number;
  readonly budget: BodyBudget;
}

function parseWithin<T extends object>(limits: Limits, dto: new () => T, { raw, headers }: FastifyRequest): Promise<T> {
  refuseEncoded(headers);
  const language = languageOf(headers['accept-language']);
  return withBody(raw, limits, (body) => {
    const item = readItem(body, language);
    if (!item.ok) throw new ProblemError('malformed_json', { errors: item.reason.errors });
    const parsed = parseAs(dto, item.value, language);
    if (!parsed.ok) throw new ProblemError('invalid_parameters', { errors: parsed.reason });
    return Promise.resolve(parsed.value);
  });
}
