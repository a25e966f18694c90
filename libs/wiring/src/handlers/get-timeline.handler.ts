import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { type TimelinePage } from '#contracts';
import { type Result } from '#kernel';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type QueryFailure } from '../messages/failures.js';
import { GetTimeline } from '../messages/get-timeline.query.js';

@QueryHandler(GetTimeline)
export class GetTimelineHandler implements IQueryHandler<GetTimeline> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ parameters: { reference, ...request } }: GetTimeline): Promise<Result<TimelinePage, QueryFailure>> {
    return this.installation.timelinePage(reference, request);
  }
}
