import { exampleTouchpoint } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { strictMode, text } from '../documents/parameters.js';
import { ARRAY_ITEMS } from '../intake/limits.js';

const event = {
  type: 'object',
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    source: { type: 'string', minLength: 1 },
    type: { type: 'string', minLength: 1 },
  },
  required: ['specversion', 'id', 'source', 'type'],
};
const attributes = { specversion: '1.0', id: 'ce-1', source: '/shop', type: 'com.example.visited' };

export const takeCloudEvents: OperationDescription = {
  id: 'takeCloudEvents',
  tag: 'touchpoints',
  summary: 'Send CloudEvents 1.0',
  description:
    'Over HTTP in binary mode (attributes in `ce-` headers, any content type), structured mode, or as a batch of at most 1,000. Events ' +
    'with a native touchpoint as their data are taken as it; others become touchpoints of their own kind.',
  query: { customer: text('`kind:value`; who events without a subject are about.', { maxLength: 300 }) },
  headers: { 'X-Strict-Mode': strictMode },
  body: {
    'application/cloudevents+json': { schema: event },
    'application/cloudevents-batch+json': { schema: { type: 'array', maxItems: ARRAY_ITEMS, items: {} } },
    'application/json': { schema: {} },
  },
  answers: {
    201: { description: 'One event, stored now.', content: { 'application/json': { view: 'TouchpointResult' } } },
    200: {
      description: 'One that was there before, or the results of a batch.',
      content: {
        'application/json': {
          schema: {
            anyOf: [{ $ref: '#/components/schemas/TouchpointResult' }, { $ref: '#/components/schemas/BatchAnswer' }],
          },
        },
      },
    },
  },
  problems: [
    'malformed_json',
    'empty_body',
    'invalid_cloud_event',
    'invalid_parameters',
    'id_reused',
    'body_too_large',
    'touchpoint_too_large',
    'too_large_for_store',
    'too_many_items',
    'unsupported_media_type',
    'unsupported_encoding',
    'invalid_touchpoint',
    'refused_in_strict_mode',
    'store_busy',
    'store_refused',
    'outcome_unknown',
  ],
  examples: [
    {
      summary: 'Structured',
      type: 'application/cloudevents+json',
      query: { customer: 'customer_number:12347' },
      body: { ...attributes, time: '2026-03-02T10:15:00Z', data: { page: '/tea' } },
      status: 201,
    },
    {
      summary: 'A batch',
      type: 'application/cloudevents-batch+json',
      body: [{ ...attributes, id: 'ce-2', data: exampleTouchpoint('visit', 'fa') }, { id: 'not-one' }],
      status: 200,
    },
    {
      summary: 'One without a type',
      type: 'application/cloudevents+json',
      body: { specversion: '1.0', id: 'ce-3', source: '/shop' },
      status: 400,
    },
  ],
};
