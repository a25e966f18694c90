import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { listConversations } from '#capabilities';
import { type ConversationListParameters, type ConversationPage } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { type OnBehalfOf } from '../audited.js';
import { caughtUp, findCustomer } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';
import { ListConversations } from '../messages/list-conversations.query.js';

@QueryHandler(ListConversations)
export class ListConversationsHandler implements IQueryHandler<ListConversations> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters, by }: ListConversations): Promise<Result<ConversationPage, QueryFailure>> {
    const { directory, conversationViews, clock } = this.installation;
    const { minPosition, customer, ...filters } = parameters;
    const late = await caughtUp(directory, minPosition, ['conversations']);
    if (late) return fail(late);
    const customerId = customer === undefined ? undefined : await findCustomer(directory, customer);
    if (customerId && !customerId.ok) return customerId;
    if (isBulk(parameters)) await this.#record(parameters, by);
    const page = await listConversations(conversationViews, {
      ...filters,
      ...(customerId && { customerId: customerId.value }),
      now: clock.now(),
    });
    return page.ok ? succeed(page.value) : fail(invalidCursor);
  }

  #record({ limit = SCREEN, cursor }: ConversationListParameters, by: OnBehalfOf): Promise<void> {
    const details = { limit, after: cursor === undefined ? undefined : 'cursor' };
    const act = { action: 'conversations.read', subject: 'conversations:all', outcome: 'succeeded' } as const;
    return this.installation.audit.record({ ...by, ...act, details });
  }
}

/** What somebody looks at who looks for their next conversation. More, or the pages behind it, is reading all of them. */
const SCREEN = 50;
const isBulk = ({ limit = SCREEN, cursor }: ConversationListParameters): boolean =>
  limit > SCREEN || cursor !== undefined;
