import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { agentHandlers } from './handlers/agents.handlers.js';
import { attachmentHandlers } from './handlers/attachments.handlers.js';
import { cannedReplyHandlers } from './handlers/canned-replies.handlers.js';
import { complaintHandlers } from './handlers/complaints.handlers.js';
import { BeginBulkHandler } from './handlers/begin-bulk.handler.js';
import { ChangeConversationHandler } from './handlers/change-conversation.handler.js';
import { CountQueueHandler } from './handlers/count-queue.handler.js';
import { EraseCustomerHandler } from './handlers/erase-customer.handler.js';
import { GetConversationHandler } from './handlers/get-conversation.handler.js';
import { GetConversationPromisesHandler } from './handlers/get-conversation-promises.handler.js';
import { GetCustomerHandler } from './handlers/get-customer.handler.js';
import { GetTimelineHandler } from './handlers/get-timeline.handler.js';
import { ListConversationsHandler } from './handlers/list-conversations.handler.js';
import { ListCustomersHandler } from './handlers/list-customers.handler.js';
import { ListQueueHandler } from './handlers/list-queue.handler.js';
import { RecordMessagesHandler } from './handlers/record-messages.handler.js';
import { RecordTouchpointsHandler } from './handlers/record-touchpoints.handler.js';
import { reportHandlers } from './handlers/reports.handlers.js';
import { savedViewsHandlers } from './handlers/saved-views.handlers.js';
import { serviceClockHandlers } from './handlers/service-clocks.handlers.js';
import { StartConversationHandler } from './handlers/start-conversation.handler.js';
import { TakeUpTouchpointHandler } from './handlers/take-up-touchpoint.handler.js';
import { ruleHandlers } from './handlers/rules.handlers.js';
import { routingHandlers } from './handlers/routing.handlers.js';
import { type Installation } from './installation.js';
import { INSTALLATION } from './installation.token.js';
import { ACCESS_PORT } from './messages/access.port.js';
import { CONVERSATION_FEED, type ConversationFeed } from './messages/conversation-feed.port.js';
import { PRESENCE } from './messages/presence.port.js';
import { API_KEY_VERIFIER, type ApiKeyVerifier } from './messages/api-key-verifier.port.js';
import { queueFeed } from './queues/queue-feed.js';
import { QUEUE_FEED } from './messages/queue-feed.port.js';
import { READINESS_CHECKS, type ReadinessCheck } from './messages/readiness-check.port.js';
import { TIMELINE_FEED, type TimelineFeed } from './messages/timeline-feed.port.js';

const conversationHandlers = [
  GetConversationHandler,
  GetConversationPromisesHandler,
  ListConversationsHandler,
  ...attachmentHandlers,
];

/** What the edges dispatch to: the handlers of the messages, on an open installation. */
@Module({})
export class SafarModule {
  static with(installation: Installation, checks: readonly ReadinessCheck[]): DynamicModule {
    const { apiKeys } = installation.access;
    const verifier: ApiKeyVerifier = { verify: (key) => apiKeys.verify(key), recent: (key) => apiKeys.recent(key) };
    const feed: TimelineFeed = {
      follow: (customerId, after, signal, category) =>
        installation.timelineFeed.follow({ customerId, after, signal, ...(category && { category }) }),
    };
    const conversationFeed: ConversationFeed = {
      follow: (conversationId, after, signal) =>
        installation.conversationFeed.follow({ conversationId, after, signal }),
    };
    return {
      module: SafarModule,
      imports: [CqrsModule],
      providers: [
        { provide: INSTALLATION, useValue: installation },
        { provide: ACCESS_PORT, useValue: installation.access },
        { provide: API_KEY_VERIFIER, useValue: verifier },
        { provide: READINESS_CHECKS, useValue: checks },
        { provide: TIMELINE_FEED, useValue: feed },
        { provide: QUEUE_FEED, useValue: queueFeed(installation) },
        { provide: CONVERSATION_FEED, useValue: conversationFeed },
        { provide: PRESENCE, useValue: installation.presence },
        RecordTouchpointsHandler,
        RecordMessagesHandler,
        EraseCustomerHandler,
        ListCustomersHandler,
        GetCustomerHandler,
        GetTimelineHandler,
        StartConversationHandler,
        TakeUpTouchpointHandler,
        ChangeConversationHandler,
        BeginBulkHandler,
        ...conversationHandlers,
        ...agentHandlers,
        ...cannedReplyHandlers,
        ...complaintHandlers,
        ListQueueHandler,
        CountQueueHandler,
        ...reportHandlers,
        ...savedViewsHandlers,
        ...serviceClockHandlers,
        ...routingHandlers,
        ...ruleHandlers,
      ],
      exports: [
        ACCESS_PORT,
        API_KEY_VERIFIER,
        READINESS_CHECKS,
        TIMELINE_FEED,
        QUEUE_FEED,
        CONVERSATION_FEED,
        PRESENCE,
      ],
    };
  }
}
