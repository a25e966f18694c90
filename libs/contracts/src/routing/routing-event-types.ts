import { type DtoClass } from '../events/fields/dto-class.js';
import { type RoutingData, type RoutingEventType } from './routing-event.js';
import {
  DeclinedDto,
  ItemChangedDto,
  ItemLeftDto,
  NotDoneDto,
  OfferedDto,
  ReturnedDto,
  RoutedDto,
} from './routing-events.dto.js';

const ada = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';
const bea = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5b';
const since = '2026-03-21T09:00:00.000Z';

const why: RoutedDto['why'] = {
  ...{ team: 'returns', strategy: 'balanced', weight: 2, since, decidedAt: '2026-03-21T09:12:00.000Z' },
  ...{ breached: false, returning: false, overflow: 'front', others: 1 },
  considered: [
    { agent: ada, standing: 'chosen', load: 1, limit: 4 },
    { agent: bea, standing: 'full', load: 3, limit: 4 },
  ],
};

type Declared = { readonly [T in RoutingEventType]: readonly [DtoClass<RoutingData[T]>, RoutingData[T]] };

const declared: Declared = {
  'routing.assigned': [RoutedDto, { version: 3, agent: ada, why }],
  'routing.declined': [DeclinedDto, { agent: ada, until: '2026-03-21T09:13:00.000Z', reason: 'skills' }],
  'routing.item_changed': [
    ItemChangedDto,
    {
      ...{ version: 2, agent: ada, previousAgent: bea, team: 'returns', channel: 'chat', priority: 'high' },
      ...{ tags: ['damaged'], direction: 'rtl', since, dueAt: '2026-03-21T10:00:00.000Z' },
    },
  ],
  'routing.item_left': [ItemLeftDto, { version: 4 }],
  'routing.not_done': [
    NotDoneDto,
    { version: 4, agent: ada, act: 'assign', reason: 'taken', decision: '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5d' },
  ],
  'routing.offered': [OfferedDto, { version: 3, agent: ada, seconds: 60, until: '2026-03-21T09:13:00.000Z', why }],
  'routing.returned': [ReturnedDto, { version: 5, agent: ada, reason: 'account_disabled' }],
};

/** Every type of event of routing with its DTO and an example that has all of its members. */
export const routingEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] = Object.entries(
  declared,
).map(([type, [data, example]]) => [type, data, example] as const);
