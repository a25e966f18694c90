import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { agentLoad, offersToAgent, routingOfConversation } from '#capabilities';
import { type AgentLoadView, type AgentOffersView, type ConversationRoutingView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type AgentFailure } from '../messages/agent-failures.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { GetAgentLoad, GetAgentOffers, GetConversationRouting } from '../messages/routing.queries.js';

type Routed = Result<ConversationRoutingView, ConversationFailure>;

@QueryHandler(GetConversationRouting)
export class GetConversationRoutingHandler implements IQueryHandler<GetConversationRouting> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ conversationId, minPosition }: GetConversationRouting): Promise<Routed> {
    const { directory, readModels } = this.installation;
    const late = await caughtUp(directory, minPosition, ['conversations', 'routing-decisions']);
    if (late) return fail(late);
    const found = await routingOfConversation(readModels, conversationId);
    return found ? succeed(found) : fail({ code: 'conversation_not_found' });
  }
}

@QueryHandler(GetAgentLoad)
export class GetAgentLoadHandler implements IQueryHandler<GetAgentLoad> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ agent, minPosition }: GetAgentLoad): Promise<Result<AgentLoadView, AgentFailure>> {
    const { directory, readModels } = this.installation;
    const late = await caughtUp(directory, minPosition, ['agents', 'routing-items', 'teams']);
    if (late) return fail(late);
    const found = await agentLoad(readModels, agent);
    return found ? succeed(found) : fail({ code: 'agent_not_found' });
  }
}

@QueryHandler(GetAgentOffers)
export class GetAgentOffersHandler implements IQueryHandler<GetAgentOffers> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ agent, minPosition }: GetAgentOffers): Promise<Result<AgentOffersView, AgentFailure>> {
    const { clock, directory, readModels } = this.installation;
    const late = await caughtUp(directory, minPosition, ['routing-items']);
    return late ? fail(late) : succeed(await offersToAgent(readModels, agent, clock.now()));
  }
}

export const routingHandlers = [GetConversationRoutingHandler, GetAgentLoadHandler, GetAgentOffersHandler];
