import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { getConversation } from '#capabilities';
import { type ConversationView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp, notCaughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { GetConversation } from '../messages/get-conversation.query.js';

@QueryHandler(GetConversation)
export class GetConversationHandler implements IQueryHandler<GetConversation> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({
    conversationId,
    minPosition,
  }: GetConversation): Promise<Result<ConversationView, ConversationFailure>> {
    const { directory, conversationViews, clock } = this.installation;
    const late = await caughtUp(directory, minPosition, ['conversations']);
    if (late) return fail(late);
    const found = await getConversation(conversationViews, conversationId, {
      now: clock.now(),
      caughtUp: async (position) => !(await caughtUp(directory, position, ['conversation-messages'])),
    });
    if (!found.ok) return fail(notCaughtUp);
    return found.value ? succeed(found.value) : fail({ code: 'conversation_not_found' });
  }
}
