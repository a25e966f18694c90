import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { promisesOfConversation } from '#capabilities';
import { type ConversationPromisesView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { GetConversationPromises } from '../messages/get-conversation-promises.query.js';

@QueryHandler(GetConversationPromises)
export class GetConversationPromisesHandler implements IQueryHandler<GetConversationPromises> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({
    conversationId,
    minPosition,
  }: GetConversationPromises): Promise<Result<ConversationPromisesView, ConversationFailure>> {
    const { directory, conversationViews, clock } = this.installation;
    const late = await caughtUp(directory, minPosition, ['conversations', 'conversation-promises']);
    if (late) return fail(late);
    const found = await promisesOfConversation(conversationViews, conversationId, clock.now());
    return found ? succeed(found) : fail({ code: 'conversation_not_found' });
  }
}
