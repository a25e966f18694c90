import { Query } from '@nestjs/cqrs';
import {
  type ComplaintFiguresParameters,
  type ComplaintFiguresView,
  type ComplaintListParameters,
  type ComplaintPage,
  type ComplaintView,
  type RootCausesView,
} from '#contracts';
import { type Position, type Result } from '#kernel';
import { type ComplaintFailure } from './complaint-failures.js';
import { type QueryFailure } from './failures.js';

export class GetComplaint extends Query<Result<ComplaintView, ComplaintFailure>> {
  constructor(readonly complaintId: string) {
    super();
  }
}

export class ListComplaints extends Query<Result<ComplaintPage, QueryFailure>> {
  constructor(readonly parameters: ComplaintListParameters) {
    super();
  }
}

export class GetComplaintFigures extends Query<Result<ComplaintFiguresView, QueryFailure>> {
  constructor(readonly parameters: ComplaintFiguresParameters) {
    super();
  }
}

export class GetRootCauses extends Query<Result<RootCausesView, QueryFailure>> {
  constructor(
    /** Wait until everything up to it is shown. */
    readonly minPosition?: Position,
  ) {
    super();
  }
}
