import { type OperationDescription } from '../documents/operation.js';
import { id } from '../documents/parameters.js';

export const listSchemas: OperationDescription = {
  id: 'listSchemas',
  tag: 'schemas',
  summary: 'List the schemas',
  answers: { 200: { description: 'The names of all, with their addresses.' } },
  examples: [{ summary: 'All of them', status: 200 }],
};

export const getSchema: OperationDescription = {
  id: 'getSchema',
  tag: 'schemas',
  summary: 'Read a schema',
  path: { type: id('`touchpoint`, or the type of an event.'), version: id('1 and up.') },
  answers: {
    200: {
      description: 'A JSON Schema, draft 2020-12.',
      content: { 'application/schema+json': { view: 'JsonSchema' } },
    },
  },
  problems: ['schema_not_found'],
  examples: [
    { summary: 'Of touchpoints as they are sent', path: { type: 'touchpoint', version: '1' }, status: 200 },
    { summary: 'One that is not there', path: { type: 'touchpoint', version: '9' }, status: 404 },
  ],
};
