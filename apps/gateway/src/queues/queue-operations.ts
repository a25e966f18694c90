import { AT_RISK_SECONDS, channels, MAX_AT_RISK_SECONDS, priorities, queueViews, statusCategories } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { after, cursor, lastEventId, limit, minPosition, text, time } from '../documents/parameters.js';

const several = (values: readonly string[]) => {
  const one = values.join('|');
  return { pattern: `^(${one})(,(${one}))*$` };
};

const team = text('Of a team.', { maxLength: 64 });
const channel = text('On a channel.', { enum: channels });
const within = {
  description: 'How many seconds before its due time a conversation is at risk.',
  schema: { type: 'integer', minimum: 1, maximum: MAX_AT_RISK_SECONDS, default: AT_RISK_SECONDS },
};

export const timeZone = text('Where today ends, as an IANA name; the installation’s own unless told otherwise.', {
  maxLength: 64,
});

const selection = {
  view: text('Which of it.', { enum: queueViews, default: 'all' }),
  team,
  agent: text('Whose it is, kind and id; `nobody` for those that nobody has.', { maxLength: 140 }),
  channel,
  category: text('What the status counts as; several with commas.', several(statusCategories)),
  status: text('Statuses, with commas between; at most ten.', { maxLength: 512 }),
  priority: text('Priorities; several with commas.', several(priorities)),
  tag: text('Tags that it must have, with commas between; at most ten.', { maxLength: 512 }),
  within,
  timeZone,
};

export const listQueue: OperationDescription = {
  id: 'listQueue',
  tag: 'conversations',
  summary: 'Look at the queue',
  description:
    'Conversations that are open, over all channels. Breached ones first, then by priority, by what is due next, by who waits longest, and by id. ' +
    '`mine` and `unassigned` leave out what is put aside; `at_risk` is due soon, `breached` was due; `mentions` are those, resolved ones among them, in ' +
    'which a colleague mentioned you and you have done nothing since (`see-mention` says that you have seen it); `promised_today` those in which something ' +
    'that we promised and have not done is due before today ends, what was due before among it; `warned` are those of which the policy warns you before a due time that is not met yet.',
  query: {
    ...selection,
    asOf: time('The queue as it was then.'),
    cursor,
    limit,
    minPosition,
  },
  answers: { 200: { description: 'A page of the queue.' } },
  problems: ['invalid_parameters', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'What waits for somebody to take it', query: { view: 'unassigned', limit: '10' }, status: 200 },
    { summary: 'What is due within two hours', query: { view: 'at_risk', within: '7200' }, status: 200 },
    { summary: 'What we promised for today', query: { view: 'promised_today', timeZone: 'Asia/Tehran' }, status: 200 },
    { summary: 'As it was when nothing was there', query: { asOf: '2020-03-21T00:00:00+03:30' }, status: 200 },
    { summary: 'A view that is none', query: { view: 'late' }, status: 400 },
  ],
};

export const countQueue: OperationDescription = {
  id: 'countQueue',
  tag: 'conversations',
  summary: 'Count the queue',
  description:
    'How many conversations each view shows, up to 1,000: beyond, `capped` says that there are more. Counting further would cost as much as the queue is long.',
  query: { team, channel, within, timeZone, minPosition },
  answers: { 200: { description: 'The counts.' } },
  problems: ['invalid_parameters', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'Of everything', status: 200 },
    { summary: 'Of a team', query: { team: 'returns' }, status: 200 },
    { summary: 'Of no channel', query: { channel: 'pigeon' }, status: 400 },
    { summary: 'Of no time zone', query: { timeZone: 'Mars/Olympus' }, status: 400 },
  ],
};

export const followQueue: OperationDescription = {
  id: 'followQueue',
  tag: 'conversations',
  summary: 'Follow the queue, live',
  description:
    'Server-sent events: `shown` with a conversation of the view as it is now, `gone` with one that is not in it, or not any more; also when time alone ' +
    'made it so. The id of each is a position, and resuming from it leaves nothing out; some may come twice. Open the stream first, then read the list. ' +
    'Of an erased customer nothing is told: their conversations are missing when the list is read again. `presence` says who has a conversation open, ' +
    'whatever the view; it has no id, and each connection begins with those in which anybody is. `counts` says how many conversations each view has: those ' +
    'that everybody has, by the team, channel, `within` and time zone of the request, those that you saved, and those that the team saved; at first, and ' +
    'when one of them changes, at most once a second and at most a few seconds later. It has no id, either.',
  query: { ...selection, after },
  headers: { 'Last-Event-ID': lastEventId },
  answers: {
    200: {
      description:
        'Changes as they become known, each with a QueueChangeView as its data; `presence` with a PresenceView, `counts` with a LiveCountsView.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
  },
  problems: ['invalid_parameters', 'unknown_position', 'not_caught_up', 'overloaded'],
  examples: [
    { summary: 'My conversations, from now on', query: { view: 'mine' }, status: 200 },
    { summary: 'Of a view that is none', query: { view: 'late' }, status: 400 },
  ],
};
