import { type OperationDescription } from './operation.js';
import { id } from './parameters.js';

const anyJson = { 'application/json': { schema: { type: 'object' } } };
const page = { 'text/html': { schema: { type: 'string' } } };

export const readOpenApi: OperationDescription = {
  id: 'readOpenApi',
  tag: 'schemas',
  summary: 'This document',
  answers: { 200: { description: 'OpenAPI 3.1.', content: anyJson } },
  examples: [{ summary: 'Read', status: 200 }],
};

export const readAsyncApi: OperationDescription = {
  id: 'readAsyncApi',
  tag: 'schemas',
  summary: 'The events',
  answers: { 200: { description: 'AsyncAPI 3.', content: anyJson } },
  examples: [{ summary: 'Read', status: 200 }],
};

export const readKafkaAsyncApi: OperationDescription = {
  id: 'readKafkaAsyncApi',
  tag: 'schemas',
  summary: 'The topics of Kafka and their records',
  answers: { 200: { description: 'AsyncAPI 3.', content: anyJson } },
  examples: [{ summary: 'Read', status: 200 }],
};

export const readPage: OperationDescription = {
  id: 'readDocs',
  tag: 'schemas',
  summary: 'This document, for people',
  answers: { 200: { description: 'A page with Swagger UI.', content: page } },
  examples: [{ summary: 'Read', status: 200 }],
};

export const readAsset: OperationDescription = {
  id: 'readDocsAsset',
  tag: 'schemas',
  summary: 'What that page loads',
  path: { file: id('Name of the file.') },
  answers: {
    200: {
      description: 'A script, a style or an image.',
      content: Object.fromEntries(
        ['text/javascript', 'text/css', 'image/png'].map((type) => [type, { schema: { type: 'string' } }]),
      ),
    },
  },
  problems: ['route_not_found'],
  examples: [
    { summary: 'The style', path: { file: 'swagger-ui.css' }, status: 200 },
    { summary: 'A file of somebody else', path: { file: 'package.json' }, status: 404 },
  ],
};
