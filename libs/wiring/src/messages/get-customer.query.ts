import { Query } from '@nestjs/cqrs';
import { type CustomerView } from './views.js';
import { type Position, type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export interface GetCustomerParameters {
  /** A customer id or `kind:value`. */
  readonly reference: string;
  readonly minPosition?: Position;
}

export class GetCustomer extends Query<Result<CustomerView, QueryFailure>> {
  constructor(readonly parameters: GetCustomerParameters) {
    super();
  }
}
