import { NewApiKeyDto, RotateApiKeyDto } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { cursor, id, limit } from '../documents/parameters.js';

const key = { id: id('Id of the key; not the key.') };
const body = ['malformed_json', 'empty_body', 'invalid_parameters', 'body_too_large', 'unsupported_encoding'] as const;
const someKey = '0f7b5c1e-1111-4222-8333-444455556666';

export const listKeys: OperationDescription = {
  id: 'listKeys',
  tag: 'keys',
  summary: 'List API keys',
  query: { limit, cursor },
  answers: { 200: { description: 'Keys without their secrets.' } },
  problems: ['invalid_parameters'],
  examples: [{ summary: 'All of them', status: 200 }],
};

export const createKey: OperationDescription = {
  id: 'createKey',
  tag: 'keys',
  summary: 'Make an API key',
  description:
    'Nobody can give what they may not do themselves. The answer shows the key, once. `browser:write` is for a key that stands in a page, where everybody ' +
    'can read it: it has no other scope, and may be limited to sites.',
  body: { 'application/json': { dto: NewApiKeyDto } },
  answers: { 201: { description: 'The key.' } },
  problems: body,
  examples: [
    { summary: 'For a shop', body: { name: 'web shop', scopes: ['touchpoints:write'] }, status: 201 },
    {
      summary: 'For its pages',
      body: { name: 'shop pages', scopes: ['browser:write'], origins: ['https://shop.example'] },
      status: 201,
    },
    {
      summary: 'One that ended before it began',
      body: { name: 'old', scopes: ['admin'], expiresAt: '2020-01-01T00:00:00Z' },
      status: 400,
    },
  ],
};

export const rotateKey: OperationDescription = {
  id: 'rotateKey',
  tag: 'keys',
  summary: 'Give a key a new secret',
  description: 'The secret before works for a while longer, so that its users can change over.',
  path: key,
  body: { 'application/json': { dto: RotateApiKeyDto } },
  answers: { 200: { description: 'The new secret.' } },
  problems: [...body, 'key_not_found'],
  examples: [{ summary: 'One that is not there', path: { id: someKey }, body: { overlapSeconds: 3600 }, status: 404 }],
};

export const revokeKey: OperationDescription = {
  id: 'revokeKey',
  tag: 'keys',
  summary: 'Revoke a key',
  path: key,
  answers: { 204: { description: 'It is revoked.' } },
  problems: ['key_not_found'],
  examples: [{ summary: 'One that is not there', path: { id: someKey }, status: 404 }],
};
