import { Query } from '@nestjs/cqrs';
import { type QueuePage, type QueueParameters } from '#contracts';
import { type Result } from '#kernel';
import { type OnBehalfOf } from '../audited.js';
import { type QueryFailure } from './failures.js';

export class ListQueue extends Query<Result<QueuePage, QueryFailure>> {
  constructor(
    readonly parameters: QueueParameters,
    /** Whose `mine` it is; and who leafs through more than a screen stands in the audit log. */
    readonly by: OnBehalfOf,
  ) {
    super();
  }
}
