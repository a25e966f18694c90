import { Query } from '@nestjs/cqrs';
import { type CustomerListParameters, type CustomerPage } from '#contracts';
import { type Result } from '#kernel';
import { type QueryFailure } from './failures.js';

export class ListCustomers extends Query<Result<CustomerPage, QueryFailure>> {
  constructor(readonly parameters: CustomerListParameters) {
    super();
  }
}
