import { AgentSettingsDto, AvailabilityDto, DeclineDto, TeamSettingsDto } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { cursor, id, idempotencyKey, ifMatch, limit, minPosition } from '../documents/parameters.js';

const teamId = { id: id('The organisation’s own word for the team.') };
const agentId = { id: id('Kind and id of the agent, `user:0198…`.') };
const stranger = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';

const listProblems = ['invalid_parameters', 'unknown_position', 'not_caught_up'] as const;
const commandProblems = [
  ...['malformed_json', 'empty_body', 'invalid_parameters', 'body_too_large', 'unsupported_encoding'],
  ...['command_running', 'idempotency_key_reused', 'version_mismatch', 'not_caught_up'],
  ...['store_busy', 'store_refused', 'outcome_unknown'],
] as const;

const headers = { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch };
const done = (what: string) => ({
  200: { description: 'It is so now.', headers: { ETag: `Version of the ${what}.` } },
});

export const listTeams: OperationDescription = {
  ...{ id: 'listTeams', tag: 'teams', summary: 'List teams', description: 'In the order of their words.' },
  query: { cursor, limit, minPosition },
  answers: { 200: { description: 'A page of teams.' } },
  problems: listProblems,
  examples: [{ summary: 'All of them', status: 200 }],
};

export const getTeam: OperationDescription = {
  ...{ id: 'getTeam', tag: 'teams', summary: 'Look at a team' },
  path: teamId,
  query: { minPosition },
  answers: { 200: { description: 'The team.', headers: { ETag: 'Version of the team.' } } },
  problems: [...listProblems, 'team_not_found'],
  examples: [{ summary: 'One that is not there', path: { id: 'nobody' }, status: 404 }],
};

export const configureTeam: OperationDescription = {
  ...{ id: 'configureTeam', tag: 'teams', summary: 'Set a team up' },
  description:
    'All of it: members, how conversations find their agents, what they need and weigh, and where they overflow to. It holds for what is ' +
    'decided from now on.',
  path: teamId,
  headers,
  body: { 'application/json': { dto: TeamSettingsDto } },
  answers: done('team'),
  problems: [...commandProblems, 'team_not_found', 'team_refused'],
  examples: [
    { summary: 'Each in turn', path: { id: 'front' }, body: { strategy: 'round_robin' }, status: 200 },
    {
      summary: 'Balanced, and to others after ten minutes',
      path: { id: 'returns' },
      body: { strategy: 'balanced', channels: ['store'], overflow: [{ team: 'front', afterSeconds: 600 }] },
      status: 200,
    },
    {
      summary: 'Into itself',
      path: { id: 'returns' },
      body: { strategy: 'balanced', overflow: [{ team: 'returns', afterSeconds: 600 }] },
      status: 409,
    },
    {
      summary: 'Into one that nobody has set up',
      path: { id: 'returns' },
      body: { strategy: 'balanced', overflow: [{ team: 'nobody', afterSeconds: 600 }] },
      status: 409,
    },
    {
      summary: 'With a stranger',
      path: { id: 'returns' },
      body: { strategy: 'round_robin', members: [stranger] },
      status: 409,
    },
  ],
};

export const listAgents: OperationDescription = {
  ...{ id: 'listAgents', tag: 'teams', summary: 'List agents' },
  description: 'Those of whom something was said: what they can do, or whether they are there.',
  query: { cursor, limit, minPosition },
  answers: { 200: { description: 'A page of agents.' } },
  problems: listProblems,
  examples: [{ summary: 'All of them', status: 200 }],
};

export const getAgent: OperationDescription = {
  ...{ id: 'getAgent', tag: 'teams', summary: 'Look at an agent' },
  path: agentId,
  query: { minPosition },
  answers: { 200: { description: 'The agent.', headers: { ETag: 'Version of the agent.' } } },
  problems: [...listProblems, 'agent_not_found'],
  examples: [{ summary: 'One that is not there', path: { id: stranger }, status: 404 }],
};

export const getAgentLoad: OperationDescription = {
  ...{ id: 'getAgentLoad', tag: 'teams', summary: 'Look at what an agent has before them' },
  description:
    'By channel and weight: conversations in which it is our turn. What was given by hand beyond what they may have is `excess`.',
  path: agentId,
  query: { minPosition },
  answers: { 200: { description: 'What they have and may have.' } },
  problems: [...listProblems, 'agent_not_found'],
  examples: [{ summary: 'Of one that is not there', path: { id: stranger }, status: 404 }],
};

const offersDescription =
  'Conversations that routing has asked them about and that nobody has taken: `POST /v1/conversations/{id}/take` takes one, `POST /v1/agents/me/offers/{id}/decline` declines it. What lapses first comes first.';

export const getOwnOffers: OperationDescription = {
  ...{
    id: 'getOwnOffers',
    tag: 'teams',
    summary: 'Look at what you are asked to take',
    description: offersDescription,
  },
  query: { minPosition },
  answers: { 200: { description: 'What you are asked to take.' } },
  problems: listProblems,
  examples: [{ summary: 'Of whoever asks', status: 200 }],
};

export const declineOffer: OperationDescription = {
  ...{ id: 'declineOffer', tag: 'teams', summary: 'Decline what you are asked to take' },
  description:
    'Others are asked at once, and you about this conversation only where everybody else who could have it has let it pass. The reason stands among ' +
    'the decisions of the conversation (`GET /v1/conversations/{id}/routing`).',
  path: { id: id('UUID of the conversation.') },
  headers: { 'Idempotency-Key': idempotencyKey },
  body: { 'application/json': { dto: DeclineDto } },
  answers: { 200: { description: 'You are not asked any more.' } },
  problems: [
    ...commandProblems.filter((code) => code !== 'version_mismatch'),
    ...(['conversation_not_found', 'offer_not_found'] as const),
  ],
  examples: [
    {
      summary: 'What nobody asks about',
      path: { id: '00000000-0000-4000-8000-000000000000' },
      body: { reason: 'busy' },
      status: 404,
    },
    {
      summary: 'For no reason that there is',
      path: { id: '00000000-0000-4000-8000-000000000000' },
      body: { reason: 'mood' },
      status: 400,
    },
  ],
};

export const getAgentOffers: OperationDescription = {
  ...{
    id: 'getAgentOffers',
    tag: 'teams',
    summary: 'Look at what an agent is asked to take',
    description: offersDescription,
  },
  path: agentId,
  query: { minPosition },
  answers: { 200: { description: 'What they are asked to take.' } },
  problems: [...listProblems, 'agent_not_found'],
  examples: [{ summary: 'Of one whom nobody asks', path: { id: stranger }, status: 200 }],
};

export const configureAgent: OperationDescription = {
  ...{ id: 'configureAgent', tag: 'teams', summary: 'Say what an agent can do, and how much at once' },
  path: agentId,
  headers,
  body: { 'application/json': { dto: AgentSettingsDto } },
  answers: done('agent'),
  problems: [...commandProblems, 'agent_not_found', 'agent_refused'],
  examples: [
    {
      summary: 'Of a stranger',
      path: { id: stranger },
      body: { skills: ['refunds'], languages: ['fa'], capacity: [{ channel: 'chat', limit: 4 }, { limit: 20 }] },
      status: 404,
    },
  ],
};

const availability = { 'application/json': { dto: AvailabilityDto } };

export const changeOwnAvailability: OperationDescription = {
  ...{ id: 'changeOwnAvailability', tag: 'teams', summary: 'Say whether one is there' },
  description: '`away` keeps what one has and gets nothing new; `away_and_reassign` gives it back as well.',
  headers,
  body: availability,
  answers: done('agent'),
  problems: [...commandProblems, 'agent_not_found', 'agent_refused'],
  examples: [
    { summary: 'Back again', body: { availability: 'online' }, status: 200 },
    { summary: 'Neither here nor there', body: { availability: 'perhaps' }, status: 400 },
  ],
};

export const changeAvailability: OperationDescription = {
  ...{ id: 'changeAvailability', tag: 'teams', summary: 'Say whether somebody is there' },
  path: agentId,
  headers,
  body: availability,
  answers: done('agent'),
  problems: [...commandProblems, 'agent_not_found', 'agent_refused'],
  examples: [{ summary: 'A stranger', path: { id: stranger }, body: { availability: 'away' }, status: 404 }],
};
