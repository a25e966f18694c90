import { Query } from '@nestjs/cqrs';
import { type ConversationClocksView } from '#contracts';
import { type Position, type Result } from '#kernel';
import { type ConversationFailure } from './conversation-failures.js';

export class GetConversationClocks extends Query<Result<ConversationClocksView, ConversationFailure>> {
  constructor(
    readonly conversationId: string,
    /** Wait until everything up to it is shown. */
    readonly minPosition?: Position,
  ) {
    super();
  }
}
