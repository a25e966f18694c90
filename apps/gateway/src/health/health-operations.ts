import { type OperationDescription } from '../documents/operation.js';

export const live: OperationDescription = {
  id: 'isAlive',
  tag: 'operations',
  summary: 'Does the process answer?',
  answers: { 200: { description: 'It need not be restarted.' } },
  examples: [{ summary: 'Asked', status: 200 }],
};

export const ready: OperationDescription = {
  id: 'isReady',
  tag: 'operations',
  summary: 'Can it do its work?',
  answers: { 200: { description: 'Send it requests.' } },
  problems: ['unavailable', 'shutting_down'],
  examples: [{ summary: 'Asked', status: 200 }],
};
