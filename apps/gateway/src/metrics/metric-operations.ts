import { type OperationDescription } from '../documents/operation.js';

export const readMetrics: OperationDescription = {
  id: 'readMetrics',
  tag: 'operations',
  summary: 'Read the metrics',
  answers: {
    200: {
      description: 'For Prometheus, in its text format.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
  },
  examples: [{ summary: 'Scraped', status: 200 }],
};
