import { Command } from '@nestjs/cqrs';
import { type ConversationCommandView, type OpenConversationDto } from '#contracts';
import { type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type ConversationFailure } from './conversation-failures.js';

/** Opens a conversation with a customer, on behalf of one of us. */
export class StartConversation extends Command<Result<ConversationCommandView, ConversationFailure>> {
  constructor(
    readonly body: OpenConversationDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}
