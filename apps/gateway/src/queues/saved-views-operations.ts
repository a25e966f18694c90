import { SavedViewsDto } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { id, idempotencyKey, ifMatch, minPosition } from '../documents/parameters.js';
import { timeZone } from './queue-operations.js';

const team = { id: id('The organisation’s own word for the team.') };
const headers = { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch };
const body = { 'application/json': { dto: SavedViewsDto } };
const etag = { ETag: 'Version of the views.' };
const problems = ['invalid_parameters', 'unknown_position', 'not_caught_up'] as const;
const saveProblems = [
  ...['malformed_json', 'empty_body', 'body_too_large', 'unsupported_encoding', 'invalid_parameters'],
  ...['command_running', 'idempotency_key_reused', 'version_mismatch', 'not_caught_up'],
  ...['store_busy', 'store_refused', 'outcome_unknown', 'queue_views_refused'],
] as const;
const kept =
  'At most 20, in the order in which they are shown; each is a name for parameters of `GET /v1/queue`, with `all` where it names no view. ';
const late = {
  id: 'late',
  name: 'دیر شده',
  filter: { view: 'breached', categories: ['open'], priorities: ['urgent'] },
};

export const getOwn: OperationDescription = {
  ...{ id: 'getQueueViews', tag: 'conversations', summary: 'Look at the views that one saved' },
  query: { minPosition },
  answers: { 200: { description: 'The views.', headers: etag } },
  problems,
  examples: [{ summary: 'Mine', status: 200 }],
};

export const countOwn: OperationDescription = {
  ...{ id: 'countQueueViews', tag: 'conversations', summary: 'Count the views that one saved' },
  description:
    'How many conversations each shows now, up to 1,000: beyond, `capped` says that there are more. Today ends in the time zone of the view, otherwise in that of the request.',
  query: { timeZone, minPosition },
  answers: { 200: { description: 'The counts.' } },
  problems,
  examples: [
    { summary: 'Mine', status: 200 },
    { summary: 'Where it is today', query: { timeZone: 'Asia/Tehran' }, status: 200 },
    { summary: 'Of no time zone', query: { timeZone: 'Mars/Olympus' }, status: 400 },
  ],
};

export const saveOwn: OperationDescription = {
  ...{ id: 'saveQueueViews', tag: 'conversations', summary: 'Save the views that one has' },
  description: `All of them. ${kept}`,
  headers,
  body,
  answers: { 200: { description: 'They are so now.', headers: etag } },
  problems: saveProblems,
  examples: [
    { summary: 'What is late and urgent', body: { views: [late] }, status: 200 },
    {
      summary: 'Of no time zone',
      body: { views: [{ ...late, filter: { view: 'promised_today', timeZone: 'Mars/Olympus' } }] },
      status: 409,
    },
    { summary: 'The same twice', body: { views: [late, late] }, status: 409 },
    { summary: 'Of a view that is none', body: { views: [{ ...late, filter: { view: 'mood' } }] }, status: 400 },
  ],
};

export const getOfTeam: OperationDescription = {
  ...getOwn,
  ...{ id: 'getTeamQueueViews', summary: 'Look at the views of a team' },
  path: team,
  problems: [...problems, 'team_not_found'],
  examples: [{ summary: 'Of a team that saved none', path: { id: 'nights' }, status: 200 }],
};

export const countOfTeam: OperationDescription = {
  ...countOwn,
  ...{ id: 'countTeamQueueViews', summary: 'Count the views of a team' },
  path: team,
  problems: [...problems, 'team_not_found'],
  examples: [{ summary: 'Of a team that saved none', path: { id: 'nights' }, status: 200 }],
};

export const saveOfTeam: OperationDescription = {
  ...saveOwn,
  ...{ id: 'saveTeamQueueViews', summary: 'Save the views of a team' },
  path: team,
  problems: [...saveProblems, 'team_not_found'],
  examples: [{ summary: 'Of no team', path: { id: 'nobody-knows' }, body: { views: [late] }, status: 404 }],
};
