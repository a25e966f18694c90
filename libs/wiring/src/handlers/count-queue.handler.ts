import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { countQueue } from '#capabilities';
import { type QueueCountsView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { CountQueue } from '../messages/count-queue.query.js';
import { type QueryFailure } from '../messages/failures.js';

@QueryHandler(CountQueue)
export class CountQueueHandler implements IQueryHandler<CountQueue> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters, self }: CountQueue): Promise<Result<QueueCountsView, QueryFailure>> {
    const { directory, readModels, clock, timeZone } = this.installation;
    const { minPosition, ...filter } = parameters;
    const late = await caughtUp(directory, minPosition, ['queue']);
    if (late) return fail(late);
    return succeed(await countQueue(readModels, { filter: { timeZone, ...filter }, self, at: clock.now() }));
  }
}
