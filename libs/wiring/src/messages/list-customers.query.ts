import { Query } from '@nestjs/cqrs';
import { type CustomerListParameters, type CustomerPage } from '#contracts';
import { type Result } from '#kernel';
import { type OnBehalfOf } from '../audited.js';
import { type QueryFailure } from './failures.js';

export class ListCustomers extends Query<Result<CustomerPage, QueryFailure>> {
  constructor(
    readonly parameters: CustomerListParameters,
    /** Who leafs through more than a screen of customers stands in the audit log. */
    readonly by: OnBehalfOf,
  ) {
    super();
  }
}
