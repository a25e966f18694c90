import { Query } from '@nestjs/cqrs';
import {
  type BacklogParameters,
  type BacklogView,
  type ServiceReportParameters,
  type ServiceReportView,
} from '#contracts';
import { type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export class GetServiceReport extends Query<Result<ServiceReportView, QueryFailure>> {
  constructor(readonly parameters: ServiceReportParameters) {
    super();
  }
}

export class GetBacklog extends Query<Result<BacklogView, QueryFailure>> {
  constructor(readonly parameters: BacklogParameters) {
    super();
  }
}
