import { type OperationDescription } from '../documents/operation.js';
import { strictMode, text } from '../documents/parameters.js';

/** SDKs decide what is in it, and send more of it with each release. */
const anything = { schema: { type: 'object' } };
const key = { description: 'The write key.', schema: { type: 'string' }, required: true } as const;
const shared = { tag: 'sdks', security: 'writeKey' } as const;

export const sdkCall: OperationDescription = {
  ...shared,
  id: 'sdk',
  summary: 'What an SDK sends',
  description:
    'For `@segment/analytics-*` and `@rudderstack/*`, unmodified. JSON whatever the content type says, gzip allowed. A message that is no ' +
    'touchpoint is quarantined and not refused, because SDKs drop what is refused.',
  query: { writeKey: text('For `navigator.sendBeacon`, which sends no headers.') },
  headers: { 'X-Strict-Mode': strictMode },
  body: { 'application/json': anything, 'text/plain': { schema: { type: 'string' } } },
  answers: { 200: { description: 'How many messages were what.' } },
  problems: [
    'malformed_json',
    'empty_body',
    'malformed_gzip',
    'invalid_messages',
    'unauthenticated',
    'origin_not_allowed',
    'body_too_large',
    'too_many_items',
    'rate_limited',
    'store_busy',
    'store_refused',
    'outcome_unknown',
  ],
  examples: [
    {
      summary: 'A message',
      body: { userId: '12347', event: 'Looked', messageId: 'm-1', timestamp: '2026-03-02T10:15:00Z', batch: [] },
      status: 200,
    },
  ],
};

export const sdkMetrics: OperationDescription = {
  tag: 'sdks',
  id: 'sdkMetrics',
  summary: 'What Segment’s SDK tells of itself',
  description: 'Taken and thrown away: a refusal would make it try again.',
  body: { 'application/json': anything },
  answers: { 200: { description: 'Thank you.' } },
  examples: [{ summary: 'Some figures', body: { series: [] }, status: 200 }],
};

export const sdkSettings: OperationDescription = {
  tag: 'sdks',
  id: 'sdkSettings',
  summary: 'What `analytics.js` asks first',
  path: { key },
  answers: { 200: { description: 'Send everything here.', content: { 'application/json': anything } } },
  problems: ['unauthenticated', 'origin_not_allowed'],
  examples: [{ summary: 'With a key that is none', path: { key: 'safar_none' }, status: 401 }],
};

export const sdkSourceConfig: OperationDescription = {
  ...shared,
  id: 'sdkSourceConfig',
  summary: 'What RudderStack’s SDKs ask first',
  query: { writeKey: text('Where it is not in `Authorization`.') },
  answers: { 200: { description: 'A source without destinations.', content: { 'application/json': anything } } },
  problems: ['unauthenticated', 'origin_not_allowed'],
  examples: [{ summary: 'With the write key as the name of a Basic user', status: 200 }],
};

export const sdkPreflight: OperationDescription = {
  tag: 'sdks',
  id: 'sdkPreflight',
  summary: 'What browsers ask before they send',
  description:
    'Every site may send with its write key, or those of `SAFAR_BROWSER_ORIGINS`; others are told nothing here.',
  headers: {
    Origin: text('Whose page asks.'),
    'Access-Control-Request-Method': text('What it wants to send.'),
  },
  answers: { 200: { description: 'What may be sent, in `Access-Control-` headers.', content: {} } },
  examples: [{ summary: 'Asked', status: 200 }],
};
