import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { agentLoad, offersToAgent, routingOfConversation } from '#capabilities';
import {
  type AgentLoadView,
  type AgentOffersView,
  type ConversationRoutingView,
  type OfferDeclinedView,
} from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type AgentFailure } from '../messages/agent-failures.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { DeclineOffer, type OfferFailure } from '../messages/routing.commands.js';
import { GetAgentLoad, GetAgentOffers, GetConversationRouting } from '../messages/routing.queries.js';
import { declineOffer } from '../routing/decline-offer.js';

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

@CommandHandler(DeclineOffer)
export class DeclineOfferHandler implements ICommandHandler<DeclineOffer> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: DeclineOffer): Promise<Result<OfferDeclinedView, OfferFailure>> {
    const { conversationId, reason, request } = asked;
    const { once, conversations } = this.installation;
    return once<OfferDeclinedView, OfferFailure>(
      request,
      { name: 'decline-offer', conversationId, reason },
      (attempt) => declineOffer(conversations, asked, attempt),
    );
  }
}

export const routingHandlers = [
  DeclineOfferHandler,
  GetConversationRoutingHandler,
  GetAgentLoadHandler,
  GetAgentOffersHandler,
];
