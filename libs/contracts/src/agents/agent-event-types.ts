import { type DtoClass } from '../events/fields/dto-class.js';
import { AgentConfiguredDto, AvailabilityChangedDto, TeamConfiguredDto } from './agent-events.dto.js';
import { type AgentData, type AgentEventType } from './agent-event.js';

const by = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';
const member = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5b';

type Declared = { readonly [T in AgentEventType]: readonly [DtoClass<AgentData[T]>, AgentData[T]] };

const declared: Declared = {
  'agent.availability_changed': [
    AvailabilityChangedDto,
    { by: member, availability: 'away_and_reassign', reason: 'account_disabled' },
  ],
  'agent.configured': [
    AgentConfiguredDto,
    {
      by,
      settings: {
        ...{ skills: ['refunds'], languages: ['en', 'fa'], rate: { conversations: 10, seconds: 3_600 } },
        capacity: [{ channel: 'chat', limit: 4 }, { limit: 20 }],
      },
    },
  ],
  'team.configured': [
    TeamConfiguredDto,
    {
      by,
      settings: {
        ...{ strategy: 'balanced', members: [member], channels: ['chat', 'email'] },
        needs: [{ channels: ['email'], tags: ['damaged'], direction: 'rtl', skills: ['refunds'], language: 'fa' }],
        weights: [{ channels: ['chat'], priorities: ['urgent'], weight: 2 }],
        overflow: [{ team: 'returns', afterSeconds: 600 }],
        ...{ stickySeconds: 120, offerSeconds: 60 },
      },
    },
  ],
};

/** Every type of event of teams and agents with its DTO and an example that has all of its members. */
export const agentEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] = Object.entries(
  declared,
).map(([type, [data, example]]) => [type, data, example] as const);
