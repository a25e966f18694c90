import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type ConversationCommandView } from '#contracts';
import { type Changed } from '../conversations/change-conversation.js';
import { startConversation } from '../conversations/start-conversation.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { StartConversation } from '../messages/start-conversation.command.js';

@CommandHandler(StartConversation)
export class StartConversationHandler implements ICommandHandler<StartConversation> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ body, request }: StartConversation): Promise<Changed> {
    const { once, conversations } = this.installation;
    const command = { name: 'open-conversation', ...body };
    return once<ConversationCommandView, ConversationFailure>(request, command, (attempt) =>
      startConversation(conversations, body, request, attempt),
    );
  }
}
