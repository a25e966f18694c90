import { Query } from '@nestjs/cqrs';
import { type ConversationPromisesView } from '#contracts';
import { type Position, type Result } from '#kernel';
import { type ConversationFailure } from './conversation-failures.js';

export class GetConversationPromises extends Query<Result<ConversationPromisesView, ConversationFailure>> {
  constructor(
    readonly conversationId: string,
    /** Wait until everything up to it is shown. */
    readonly minPosition?: Position,
  ) {
    super();
  }
}
