import { exampleTouchpoint, NATIVE_TOUCHPOINT, schemaFor } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { strictMode, text } from '../documents/parameters.js';
import { ARRAY_ITEMS } from '../intake/limits.js';

const one = schemaFor(NATIVE_TOUCHPOINT, 1) ?? {};
const touchpoint = { $ref: '#/components/schemas/Touchpoint' };
const lines = { 'application/x-ndjson': { schema: { type: 'string' } } };

export const touchpointSchema = one;

export const recordTouchpoints: OperationDescription = {
  id: 'recordTouchpoints',
  tag: 'touchpoints',
  summary: 'Record touchpoints',
  description:
    'One object, an array of at most 1,000, or NDJSON without end. The same source and id are stored once, for ever. A bad item in an ' +
    'array or among lines never rejects its neighbours: each has its own result, in its order.',
  headers: {
    'X-Strict-Mode': strictMode,
    Prefer: text('`return=minimal`: of NDJSON, answer only what was refused, and the counts.'),
  },
  body: {
    'application/json': {
      schema: { anyOf: [touchpoint, { type: 'array', maxItems: ARRAY_ITEMS, items: {} }] },
    },
    ...lines,
  },
  answers: {
    201: { description: 'One touchpoint, stored now.', content: { 'application/json': { view: 'TouchpointResult' } } },
    200: {
      description: 'One that was there before, or the results of an array or of lines.',
      content: {
        'application/json': {
          schema: {
            anyOf: [{ $ref: '#/components/schemas/TouchpointResult' }, { $ref: '#/components/schemas/BatchAnswer' }],
          },
        },
        ...lines,
      },
    },
  },
  problems: [
    'malformed_json',
    'empty_body',
    'id_reused',
    'body_too_large',
    'touchpoint_too_large',
    'too_large_for_store',
    'too_many_items',
    'unsupported_encoding',
    'invalid_touchpoint',
    'refused_in_strict_mode',
    'strict_mode_of_stream',
    'store_busy',
    'store_refused',
    'outcome_unknown',
  ],
  examples: [
    { summary: 'A purchase', body: exampleTouchpoint('purchase', 'en'), status: 201 },
    { summary: 'The same again', body: exampleTouchpoint('purchase', 'en'), status: 200 },
    { summary: 'A complaint in Persian', body: exampleTouchpoint('complaint', 'fa'), status: 201 },
    {
      summary: 'A batch',
      body: [exampleTouchpoint('visit', 'en'), exampleTouchpoint('call', 'fa'), { id: 'not-one' }],
      status: 200,
    },
    {
      summary: 'Lines',
      type: 'application/x-ndjson',
      body: `${JSON.stringify(exampleTouchpoint('review', 'en'))}\n${JSON.stringify(exampleTouchpoint('message', 'en'))}\n`,
      status: 200,
    },
    { summary: 'What is refused', body: { id: 'x-1' }, status: 422 },
  ],
};
