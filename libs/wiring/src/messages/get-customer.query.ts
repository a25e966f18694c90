import { Query } from '@nestjs/cqrs';
import { type CustomerView } from '#contracts';
import { type Position, type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export interface GetCustomerParameters {
  /** A customer id or `kind:value`. */
  readonly reference: string;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

export class GetCustomer extends Query<Result<CustomerView, QueryFailure>> {
  constructor(readonly parameters: GetCustomerParameters) {
    super();
  }
}
