import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { type QueuePage } from '#contracts';
import { type Result } from '#kernel';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type QueryFailure } from '../messages/failures.js';
import { ListQueue } from '../messages/list-queue.query.js';
import { queuePage } from '../queues/queue-page.js';

@QueryHandler(ListQueue)
export class ListQueueHandler implements IQueryHandler<ListQueue> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ parameters, by }: ListQueue): Promise<Result<QueuePage, QueryFailure>> {
    return queuePage(this.installation.queues, parameters, by);
  }
}
