import { Query } from '@nestjs/cqrs';
import { type AgentLoadView, type AgentOffersView, type ConversationRoutingView } from '#contracts';
import { type Position, type Result } from '#kernel';
import { type AgentFailure } from './agent-failures.js';
import { type ConversationFailure } from './conversation-failures.js';

/** Why somebody has a conversation. */
export class GetConversationRouting extends Query<Result<ConversationRoutingView, ConversationFailure>> {
  constructor(
    readonly conversationId: string,
    /** Wait until everything up to it is shown. */
    readonly minPosition?: Position,
  ) {
    super();
  }
}

/** What an agent has before them, and may have. */
export class GetAgentLoad extends Query<Result<AgentLoadView, AgentFailure>> {
  constructor(
    readonly agent: string,
    readonly minPosition?: Position,
  ) {
    super();
  }
}

/** What an agent is asked to take. */
export class GetAgentOffers extends Query<Result<AgentOffersView, AgentFailure>> {
  constructor(
    readonly agent: string,
    readonly minPosition?: Position,
  ) {
    super();
  }
}
