import { Query } from '@nestjs/cqrs';
import { type ConversationListParameters, type ConversationPage } from '#contracts';
import { type Result } from '#kernel';
import { type OnBehalfOf } from '../audited.js';
import { type QueryFailure } from './failures.js';

export class ListConversations extends Query<Result<ConversationPage, QueryFailure>> {
  constructor(
    readonly parameters: ConversationListParameters,
    /** Who leafs through more than a screen of conversations stands in the audit log. */
    readonly by: OnBehalfOf,
  ) {
    super();
  }
}
