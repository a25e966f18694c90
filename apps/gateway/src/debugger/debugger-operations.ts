import { type OperationDescription } from '../documents/operation.js';
import { limit, text } from '../documents/parameters.js';

const source = text('One source; without it, all of them.', { maxLength: 64 });

export const readDebugger: OperationDescription = {
  id: 'readDebugger',
  tag: 'sources',
  summary: 'What arrived lately',
  description: 'Accepted, duplicate, quarantined or refused, and why, without anything that was said of a person.',
  query: { source, limit },
  answers: { 200: { description: 'The last entries, newest first.' } },
  problems: ['invalid_parameters'],
  examples: [{ summary: 'Of one source', query: { source: 'web-shop', limit: '5' }, status: 200 }],
};

export const followDebugger: OperationDescription = {
  id: 'followDebugger',
  tag: 'sources',
  summary: 'What arrives, live',
  description:
    'Server-sent events, named by the outcome; `skipped` says how many were left out for a slow reader, or null where it came back too late for anybody to know.',
  query: { source, limit },
  headers: { 'Last-Event-ID': text('Id of the last entry that was read.') },
  answers: {
    200: {
      description: 'Entries as they are made, each with a DebuggerEntryView as its data.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
  },
  problems: ['invalid_parameters', 'overloaded'],
  examples: [{ summary: 'Of all sources', status: 200 }],
};
