import { Query } from '@nestjs/cqrs';
import { type QueueCountParameters, type QueueCountsView } from '#contracts';
import { type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export class CountQueue extends Query<Result<QueueCountsView, QueryFailure>> {
  constructor(
    readonly parameters: QueueCountParameters,
    /** Kind and id of whoever asks. */
    readonly self: string,
  ) {
    super();
  }
}
