import { Query } from '@nestjs/cqrs';
import { type Channel } from '#contracts';
import { type TimelinePage } from './views.js';
import { type EpochMs, type Position, type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export interface GetTimelineParameters {
  /** A customer id or `kind:value`. */
  readonly reference: string;
  /** Kinds of touchpoints, `custom:<name>` among them. */
  readonly kinds?: readonly string[];
  readonly channels?: readonly Channel[];
  /** `occurredAt` at or after. */
  readonly from?: EpochMs;
  /** `occurredAt` before. */
  readonly to?: EpochMs;
  /** What had happened by then: `occurredAt` at or before. */
  readonly asOf?: EpochMs;
  /** What we knew then: recorded at or before. */
  readonly knownAt?: EpochMs;
  readonly cursor?: string;
  /** By `occurredAt`; newest first unless told otherwise. */
  readonly order?: 'asc' | 'desc';
  /** 1–200. */
  readonly limit?: number;
  readonly minPosition?: Position;
}

export class GetTimeline extends Query<Result<TimelinePage, QueryFailure>> {
  constructor(readonly parameters: GetTimelineParameters) {
    super();
  }
}
