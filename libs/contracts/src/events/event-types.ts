import { PersonalDataExportedDto } from './audit.js';
import { type DtoClass } from './fields/dto-class.js';
import { agentEventTypes } from '../agents/agent-event-types.js';
import { cannedReplyEventTypes } from '../replies/canned-reply-event.js';
import { clockSettingsEventTypes } from '../service-clocks/clock-settings-event.js';
import { complaintEventTypes } from '../complaints/complaint-event-types.js';
import { conversationEventTypes } from '../conversations/conversation-event-types.js';
import { kinds } from '../touchpoints/kinds/kinds.js';
import { exampleEventData } from '../touchpoints/kinds/examples.js';
import { touchpointKinds } from '../touchpoints/touchpoint-event.js';
import { TouchpointDataDto } from '../touchpoints/touchpoint-event.dto.js';
import { type PartDto } from './personal-plan.js';
import { type Lineage } from './upcasters.js';
import { PersonaErasedDto } from './persona-erased.dto.js';
import { queueEventTypes } from '../queues/saved-views-event.js';
import { routingEventTypes } from '../routing/routing-event-types.js';
import { ruleEventTypes } from '../rules/rule-event-types.js';
import { TimePassedDto } from './time-passed.dto.js';
import {
  ClockActivatedDto,
  ClockBreachedDto,
  ClockCancelledDto,
  ClockFulfilledDto,
  ClockRestatedDto,
  ClockTurnedDto,
  ClockWarnedDto,
} from '../service-clocks/service-clock.dto.js';

/** A type of event as this code writes it, and how older versions of it are read. `type` is that of CloudEvents. */
export interface EventType extends Lineage {
  readonly data: DtoClass;
  /** DTOs of members that are any object to `data` itself. */
  readonly parts: Readonly<Record<string, PartDto>>;
  /** Of its data, opened. */
  readonly examples: readonly object[];
}

const touchpointTypes = touchpointKinds.map((kind): EventType => {
  const { version, details } = kinds[kind];
  const examples = [exampleEventData(kind, 'en'), exampleEventData(kind, 'fa')];
  return { type: `touchpoint.${kind}`, version, data: TouchpointDataDto, parts: { details }, upcasters: {}, examples };
});

const decision = <Data extends object>(type: string, data: DtoClass<Data>, example: Data): EventType => ({
  type,
  version: 1,
  data,
  parts: {},
  upcasters: {},
  examples: [example],
});

const at = Date.UTC(2026, 2, 6, 9);
const dueAt = Date.UTC(2026, 2, 6, 10);
const terms = {
  policyId: 'standard',
  policyVersion: 1,
  calendarId: 'office',
  calendarVersion: 1,
  targetSeconds: 3_600,
};

const serviceClockTypes = [
  decision('service_clock.activated', ClockActivatedDto, { at, kind: 'first_response', terms, dueAt }),
  decision('service_clock.paused', ClockTurnedDto, { at }),
  decision('service_clock.resumed', ClockTurnedDto, { at, dueAt }),
  decision('service_clock.fulfilled', ClockFulfilledDto, { at, dueAt, verdict: 'on_time', spentMs: 1_800_000, terms }),
  decision('service_clock.warned', ClockWarnedDto, {
    ...{ at: dueAt - 600_000, dueAt, beforeSeconds: 600, to: ['team:returns'], warnAt: dueAt - 60_000 },
  }),
  decision('service_clock.breached', ClockBreachedDto, { at: dueAt, terms }),
  decision('service_clock.cancelled', ClockCancelledDto, { at, reason: 'merged' }),
  decision('service_clock.restated', ClockRestatedDto, { at, cause: 'terms_changed', terms, dueAt }),
];

/** Every type of event. One that is not here can neither be written nor read. */
export const eventTypes: readonly EventType[] = [
  ...touchpointTypes,
  ...serviceClockTypes,
  ...clockSettingsEventTypes.map(([type, data, example]) => decision(type, data, example)),
  decision('time.passed', TimePassedDto, { reason: 'timer_due' }),
  decision('persona.erased', PersonaErasedDto, { reason: 'customer_request' }),
  ...agentEventTypes.map(([type, data, example]) => decision(type, data, example)),
  ...cannedReplyEventTypes.map(([type, data, example]) => decision(type, data, example)),
  ...complaintEventTypes.map(([type, data, example]) => decision(type, data, example)),
  ...conversationEventTypes.map(([type, data, example]) => decision(type, data, example)),
  ...queueEventTypes.map(([type, data, example]) => decision(type, data, example)),
  ...routingEventTypes.map(([type, data, example]) => decision(type, data, example)),
  ...ruleEventTypes.map(([type, data, example]) => decision(type, data, example)),
  decision('audit.personal_data_exported', PersonalDataExportedDto, { by: 'cli:sara', after: '0' }),
];
