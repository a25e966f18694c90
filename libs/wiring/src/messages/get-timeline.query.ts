import { Query } from '@nestjs/cqrs';
import { type TimelinePage, type TimelineParameters } from '#contracts';
import { type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export interface GetTimelineParameters extends TimelineParameters {
  /** A customer id or `kind:value`. */
  readonly reference: string;
}

export class GetTimeline extends Query<Result<TimelinePage, QueryFailure>> {
  constructor(readonly parameters: GetTimelineParameters) {
    super();
  }
}
