import { channels, timelineCategories, timelineDecisionTypes, touchpointKinds } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import {
  after,
  cursor,
  customerReference,
  lastEventId,
  limit,
  minPosition,
  text,
  time,
} from '../documents/parameters.js';

const list = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');

const DECISIONS =
  'Decisions in conversations and complaints are shown to whoever may read those: a key needs the scope `conversations:read` as well.';

export const getTimeline: OperationDescription = {
  id: 'getTimeline',
  tag: 'customers',
  summary: 'Read a timeline',
  description: DECISIONS,
  path: { id: customerReference },
  query: {
    category: text('What was reported of the customer, or what was decided about them; without it, both.', {
      enum: [...timelineCategories],
    }),
    kind: text(
      `Kinds, with commas between: ${list(touchpointKinds)} or \`custom:<name>\`; and decisions: ${list(timelineDecisionTypes)}.`,
    ),
    channel: text(`Channels, with commas between: ${list(channels)}.`),
    from: time('Occurred at or after.'),
    to: time('Occurred before.'),
    asOf: time('What had happened by then.'),
    knownAt: time('What was known then.'),
    cursor,
    order: text('By the time at which it happened.', { enum: ['asc', 'desc'], default: 'desc' }),
    limit,
    minPosition,
  },
  answers: { 200: { description: 'A page of the timeline.' } },
  problems: [
    'invalid_parameters',
    'customer_not_found',
    'customer_erased',
    'ambiguous_identifier',
    'unknown_position',
    'not_caught_up',
  ],
  examples: [
    { summary: 'All of it', path: { id: 'customer_number:12347' }, status: 200 },
    {
      summary: 'Purchases and complaints until a time',
      path: { id: 'customer_number:12347' },
      query: { kind: 'purchase,complaint', to: '2026-03-21T00:00:00+03:30', order: 'asc' },
      status: 200,
    },
    {
      summary: 'What we promised, and what became of it',
      path: { id: 'customer_number:12347' },
      query: { kind: 'conversation.promised,conversation.promise_kept,conversation.promise_broken' },
      status: 200,
    },
    {
      summary: 'A range without a time in it',
      path: { id: 'customer_number:12347' },
      query: { limit: '0' },
      status: 400,
    },
  ],
};

export const followTimeline: OperationDescription = {
  id: 'followTimeline',
  tag: 'customers',
  summary: 'Follow a timeline, live',
  description: `Server-sent events. The id of each is its position, and resuming from it is exact. ${DECISIONS}`,
  path: { id: customerReference },
  query: { after },
  headers: { 'Last-Event-ID': lastEventId },
  answers: {
    200: {
      description:
        'Entries of the timeline as they are recorded, each an event `entry` with a TimelineEntryView as its data.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
  },
  problems: [
    'invalid_parameters',
    'customer_not_found',
    'customer_erased',
    'ambiguous_identifier',
    'unknown_position',
    'not_caught_up',
    'overloaded',
  ],
  examples: [
    { summary: 'From the beginning', path: { id: 'customer_number:12347' }, query: { after: '0' }, status: 200 },
    { summary: 'Of nobody', path: { id: 'email:nobody@example.com' }, status: 404 },
  ],
};
