import { Query } from '@nestjs/cqrs';
import { type CustomerPage } from './views.js';
import { type Position, type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export interface ListCustomersParameters {
  readonly search?: string;
  readonly cursor?: string;
  /** 1–200. */
  readonly limit?: number;
  readonly minPosition?: Position;
}

export class ListCustomers extends Query<Result<CustomerPage, QueryFailure>> {
  constructor(readonly parameters: ListCustomersParameters) {
    super();
  }
}
