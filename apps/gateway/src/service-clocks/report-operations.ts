import { backlogGroupings, channels, reportCalendars, reportGroupings } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { minPosition, text, time } from '../documents/parameters.js';
import { reportForms } from './report-forms.js';

const csv = { schema: { type: 'string' } };
const filter = {
  channel: text('On a channel.', { enum: channels }),
  team: text('Of a team.', { maxLength: 64 }),
  agent: text("Of an agent, kind and id; `nobody` for what was nobody's.", { maxLength: 140 }),
};
const format = text(
  'Otherwise as `Accept` says. `csv_bom` begins with a byte-order mark, by which Excel reads Persian.',
  { enum: reportForms },
);
const problems = ['invalid_parameters', 'unknown_position', 'not_caught_up', 'overloaded'] as const;
const month = { from: '2026-03-21T00:00:00+03:30', to: '2026-04-21T00:00:00+03:30' };

export const getServiceReport: OperationDescription = {
  ...{ id: 'getServiceReport', tag: 'service-clocks', summary: 'Report how customers were served' },
  description:
    'Of what was opened, answered, resolved or judged in a range of at most 366 days, by group: how many conversations, how long customers waited for ' +
    'the first response, the next ones and the resolution, on the wall and in business time, how many clocks were on time, how many conversations ' +
    'were resolved at one touch, and how many were reopened. At most 1,000 groups.',
  query: {
    from: { ...time('At or after it.'), required: true },
    to: { ...time('Before it.'), required: true },
    by: text('What the groups are.', { enum: reportGroupings, default: 'total' }),
    timeZone: text('IANA name of the zone whose days, weeks and months are groups.', { maxLength: 64 }),
    calendar: text('By which weeks and months begin and days are called.', {
      ...{ enum: reportCalendars, default: 'gregorian' },
    }),
    ...{ ...filter, format, minPosition },
  },
  answers: {
    200: {
      description: 'The figures.',
      content: { 'application/json': { view: 'ServiceReportView' }, 'text/csv': csv },
    },
  },
  problems,
  examples: [
    { summary: 'Of a month', query: month, status: 200 },
    {
      summary: 'Day by day, as Iran counts them',
      query: { ...month, by: 'day', timeZone: 'Asia/Tehran', calendar: 'persian' },
      status: 200,
    },
    { summary: 'By agent, for Excel', query: { ...month, by: 'agent', format: 'csv_bom' }, status: 200 },
    { summary: 'Days of no zone', query: { ...month, by: 'day' }, status: 400 },
    { summary: 'Of two years', query: { from: month.from, to: '2028-03-21T00:00:00Z' }, status: 400 },
  ],
};

export const getBacklog: OperationDescription = {
  ...{ id: 'getBacklog', tag: 'service-clocks', summary: 'Report what there was to do' },
  description:
    'Conversations that were in the queue at an instant, as it was recorded by then, by group: how many, how many of them were put aside, how many late, and ' +
    'since when the one of ours waits that waits longest. At most 1,000 groups.',
  query: {
    asOf: time('The instant; now, without it.'),
    by: text('What the groups are.', { enum: backlogGroupings, default: 'total' }),
    ...{ ...filter, format, minPosition },
  },
  answers: {
    200: { description: 'The figures.', content: { 'application/json': { view: 'BacklogView' }, 'text/csv': csv } },
  },
  problems,
  examples: [
    { summary: 'Now, by team', query: { by: 'team' }, status: 200 },
    { summary: 'When nothing was there', query: { asOf: '2020-03-21T00:00:00+03:30' }, status: 200 },
    { summary: 'As a table', query: { by: 'channel', format: 'csv' }, status: 200 },
    { summary: 'By no such thing', query: { by: 'mood' }, status: 400 },
  ],
};
