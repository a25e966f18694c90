import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { type Logger } from 'pino';
import { createMetrics, type Metrics, type Tracing } from '#platform/telemetry';
import { type HttpConfig } from '#wiring';
import { AccessGuard } from './access/access.guard.js';
import { Authenticator } from './access/authenticator.js';
import { AgentsController } from './agents/agents.controller.js';
import { TeamsController } from './agents/teams.controller.js';
import { AttachmentsController } from './attachments/attachments.controller.js';
import { Downloads } from './attachments/downloads.js';
import { CloudEventIntake } from './cloud-events/cloud-event-intake.js';
import { CloudEventsController } from './cloud-events/cloud-events.controller.js';
import { ComplaintsController } from './complaints/complaints.controller.js';
import { RootCausesController } from './complaints/root-causes.controller.js';
import { BulkController } from './conversations/bulk.controller.js';
import { ConversationCommandsController } from './conversations/conversation-commands.controller.js';
import { ConversationStreamController } from './conversations/conversation-stream.controller.js';
import { ConversationsController } from './conversations/conversations.controller.js';
import { PromisesController } from './conversations/promises.controller.js';
import { PresenceController } from './conversations/presence.controller.js';
import { TakeUpController } from './conversations/take-up.controller.js';
import { CustomersController } from './customers/customers.controller.js';
import { Debugger } from './debugger/debugger.js';
import { DebuggerController } from './debugger/debugger.controller.js';
import { DocumentsController } from './documents/documents.controller.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
import { Bodies } from './intake/bodies.js';
import { TouchpointIntake } from './intake/touchpoint-intake.js';
import { TouchpointRecorder } from './intake/touchpoint-recorder.js';
import { Uploads } from './intake/uploads.js';
import { Admission } from './limits/admission.js';
import { RateLimitGuard } from './limits/rate-limit.guard.js';
import { RateLimits } from './limits/rate-limits.js';
import { KeysController } from './keys/keys.controller.js';
import { OidcController } from './session/oidc.controller.js';
import { CalendarsController } from './service-clocks/calendars.controller.js';
import { ConversationClocksController } from './service-clocks/conversation-clocks.controller.js';
import { HolidaysController } from './service-clocks/holidays.controller.js';
import { ReportsController } from './service-clocks/reports.controller.js';
import { ServicePoliciesController } from './service-clocks/service-policies.controller.js';
import { SessionController } from './session/session.controller.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { QueueController } from './queues/queue.controller.js';
import { CannedRepliesController } from './replies/canned-replies.controller.js';
import { RenderedReplyController } from './replies/rendered-reply.controller.js';
import { ConversationRulesController } from './rules/conversation-rules.controller.js';
import { MacrosController } from './rules/macros.controller.js';
import { RulesController } from './rules/rules.controller.js';
import { ReturnRulesController } from './conversations/return-rules.controller.js';
import { StatusesController } from './conversations/statuses.controller.js';
import { RequirementsController } from './rules/requirements.controller.js';
import { SavedViewsController } from './queues/saved-views.controller.js';
import { SchemasController } from './schemas/schemas.controller.js';
import { SdkController } from './segment/sdk.controller.js';
import { SdkIntake } from './segment/sdk-intake.js';
import { WriteKeys } from './segment/write-key.js';
import { Draining } from './server/draining.js';
import { GATEWAY_LOGGER, HTTP_CONFIG, METRICS } from './server/tokens.js';
import { LiveStreams } from './timeline/live-streams.js';
import { TimelineController } from './timeline/timeline.controller.js';
import { TouchpointsController } from './touchpoints/touchpoints.controller.js';

export interface GatewayParts {
  /**
   * Modules that hold the handlers of the messages (they import the class `CqrsModule`, so that there is one bus) and export
   * `API_KEY_VERIFIER`, `ACCESS_PORT`, `TIMELINE_FEED`, `QUEUE_FEED`, `CONVERSATION_FEED`, `PRESENCE` and `READINESS_CHECKS`.
   */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  readonly config: HttpConfig;
  readonly logger: Logger;
  /** Of the process; otherwise the gateway counts for itself. */
  readonly metrics?: Metrics;
  readonly tracing?: Tracing | undefined;
}

/** In the order in which routes are registered. */
const controllers = [
  TouchpointsController,
  CloudEventsController,
  SdkController,
  DebuggerController,
  CustomersController,
  TimelineController,
  ConversationsController,
  PresenceController,
  ConversationStreamController,
  TakeUpController,
  BulkController,
  ConversationCommandsController,
  PromisesController,
  AttachmentsController,
  ComplaintsController,
  RootCausesController,
  TeamsController,
  AgentsController,
  CannedRepliesController,
  RenderedReplyController,
  MacrosController,
  RequirementsController,
  ReturnRulesController,
  StatusesController,
  RulesController,
  ConversationRulesController,
  QueueController,
  SavedViewsController,
  ServicePoliciesController,
  CalendarsController,
  HolidaysController,
  ConversationClocksController,
  ReportsController,
  SchemasController,
  DocumentsController,
  HealthController,
  SessionController,
  OidcController,
  KeysController,
  MetricsController,
];

@Module({})
export class GatewayModule {
  static with(
    { imports, config, logger, metrics = createMetrics({ ofProcess: false }) }: GatewayParts,
    admission: Admission,
  ): DynamicModule {
    return {
      module: GatewayModule,
      imports: [CqrsModule, ...imports],
      controllers,
      providers: [
        { provide: APP_GUARD, useClass: AccessGuard },
        // After the guard that says who calls.
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: Admission, useValue: admission },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: HTTP_CONFIG, useValue: config },
        { provide: GATEWAY_LOGGER, useValue: logger },
        { provide: METRICS, useValue: metrics },
        Authenticator,
        Bodies,
        Uploads,
        CloudEventIntake,
        Debugger,
        Downloads,
        Draining,
        LiveStreams,
        RateLimits,
        Readiness,
        SdkIntake,
        TouchpointIntake,
        TouchpointRecorder,
        WriteKeys,
      ],
    };
  }
}
