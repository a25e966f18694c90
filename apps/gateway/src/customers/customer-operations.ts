import { MAX_SEARCH_LENGTH } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import {
  cursor,
  customerReference,
  idempotencyKey,
  ifMatch,
  ifNoneMatch,
  limit,
  minPosition,
  text,
} from '../documents/parameters.js';
import { erasureReasons } from './erasure.js';

export const listCustomers: OperationDescription = {
  id: 'listCustomers',
  tag: 'customers',
  summary: 'List customers, or find them',
  query: {
    search: text('Words, or a telephone number in any notation.', { maxLength: MAX_SEARCH_LENGTH }),
    cursor,
    limit,
    minPosition,
  },
  answers: { 200: { description: 'A page of customers.' } },
  problems: ['invalid_parameters', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'The first ten', query: { limit: '10' }, status: 200 },
    { summary: 'By a part of the name', query: { search: 'larsen' }, status: 200 },
    { summary: 'A filter that is misspelled', query: { serach: 'larsen' }, status: 400 },
  ],
};

export const getCustomer: OperationDescription = {
  id: 'getCustomer',
  tag: 'customers',
  summary: 'Look at a customer',
  path: { id: customerReference },
  query: { minPosition },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: {
    200: { description: 'The customer.', headers: { ETag: 'Version of the customer.' } },
    304: { description: 'The sender has this version.', content: {} },
  },
  problems: [
    'invalid_parameters',
    'customer_not_found',
    'customer_erased',
    'ambiguous_identifier',
    'unknown_position',
    'not_caught_up',
  ],
  examples: [
    { summary: 'By an identifier', path: { id: 'customer_number:12347' }, status: 200 },
    { summary: 'Nobody', path: { id: 'email:nobody@example.com' }, status: 404 },
  ],
};

export const eraseCustomer: OperationDescription = {
  id: 'eraseCustomer',
  tag: 'customers',
  summary: 'Erase a customer',
  description:
    'Destroys the keys under which their personal data was sealed: it cannot be read again, in no copy and no backup. A command and not ' +
    'DELETE, because it leaves a record with its reason behind.',
  path: { id: customerReference },
  headers: { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch },
  body: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { reason: { enum: erasureReasons } },
        required: ['reason'],
        additionalProperties: false,
      },
    },
  },
  answers: { 200: { description: 'They are erased.' } },
  problems: [
    'malformed_json',
    'empty_body',
    'invalid_parameters',
    'customer_not_found',
    'ambiguous_identifier',
    'command_running',
    'customer_erased',
    'version_mismatch',
    'body_too_large',
    'unsupported_encoding',
    'idempotency_key_reused',
    'unknown_position',
    'not_caught_up',
    'store_busy',
    'store_refused',
    'outcome_unknown',
  ],
  examples: [
    {
      summary: 'At the request of the customer',
      path: { id: 'phone:+989123456789' },
      headers: { 'Idempotency-Key': 'erase-1' },
      body: { reason: 'customer_request' },
      status: 200,
    },
    {
      summary: 'For a reason that is none',
      path: { id: 'customer_number:12347' },
      body: { reason: 'because' },
      status: 400,
    },
  ],
};
