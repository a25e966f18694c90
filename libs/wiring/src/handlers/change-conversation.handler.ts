import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type ConversationCommandView } from '#contracts';
import { changeConversation, type Changed } from '../conversations/change-conversation.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { ChangeConversation } from '../messages/change-conversation.command.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';

@CommandHandler(ChangeConversation)
export class ChangeConversationHandler implements ICommandHandler<ChangeConversation> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: ChangeConversation): Promise<Changed> {
    const { conversationId, change, request } = asked;
    const { once, conversations } = this.installation;
    const { expectedVersions = 'any' } = request;
    const command = { name: 'change-conversation', conversationId, change, expectedVersions };
    return once<ConversationCommandView, ConversationFailure>(request, command, (attempt) =>
      changeConversation(conversations, asked, attempt),
    );
  }
}
