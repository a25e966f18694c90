import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT } from '#contracts';
import { type ParameterDescription } from './operation.js';

const text = (description: string, schema: Readonly<Record<string, unknown>> = {}): ParameterDescription => ({
  description,
  schema: { type: 'string', ...schema },
});

export const limit: ParameterDescription = {
  description: 'How many at most. Where they are large a page ends earlier; `next` says whether it goes on.',
  schema: { type: 'integer', minimum: 1, maximum: MAX_PAGE_LIMIT, default: DEFAULT_PAGE_LIMIT },
};
export const cursor = text('`next` or `prev` of a page, as it was answered.', { pattern: '^[A-Za-z0-9_-]{0,512}$' });

const position = { pattern: '^[0-9]{1,18}$' };
export const minPosition = text('Wait until everything up to this position is shown.', position);
export const after = text('Begin right behind this position; without it, now.', position);
export const lastEventId = text('Id of the last event that was read; newer than `after`.', position);

export const customerReference: ParameterDescription = {
  ...text('UUID of the customer, or `kind:value` of one of their identifiers, percent-encoded.', {
    pattern:
      '^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z][a-z0-9_]{0,63}:[^\\u0000\\ud800-\\udfff]{1,512})$',
  }),
  required: true,
};
export const id = (description: string): ParameterDescription => ({ ...text(description), required: true });

export const time = (description: string): ParameterDescription => text(description, { format: 'date-time' });
export const flag = (description: string): ParameterDescription => text(description, { enum: ['true', 'false'] });
export { text };

/** Of every command (draft-ietf-httpapi-idempotency-key-header). */
export const idempotencyKey = text('Makes the command safe to repeat: the first answer is given again.', {
  pattern: '^[\\x21-\\x7e]{1,255}$',
});
export const ifMatch = text('Versions that the sender believes in (RFC 9110 §13.1.1).');
export const ifNoneMatch = text('Versions that the sender has already (RFC 9110 §13.1.2).');

export const strictMode = text('`1`: all or nothing. Otherwise a bad item never rejects its neighbours.', {
  enum: ['0', '1', 'true', 'false'],
});
