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

/**
 * The body of a command as its DTO.
 * @throws ProblemError `malformed_json`, `invalid_parameters`, or what `withBody` throws
 */
export function parseBody<T extends object>(dto: new () => T, { raw, headers }: FastifyRequest): Promise<T> {
  refuseEncoded(headers);
  const language = languageOf(headers['accept-language']);
  return withBody(raw, { limitBytes: BODY_BYTES, budget }, (body) => {
    const item = readItem(body, language);
    if (!item.ok) throw new ProblemError('malformed_json', { errors: item.reason.errors });
    const parsed = parseAs(dto, item.value, language);
    if (!parsed.ok) throw new ProblemError('invalid_parameters', { errors: parsed.reason });
    return Promise.resolve(parsed.value);
  });
}
