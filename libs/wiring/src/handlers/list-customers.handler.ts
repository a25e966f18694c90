import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { listCustomers } from '#capabilities';
import { type CustomerPage } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';
import { ListCustomers } from '../messages/list-customers.query.js';

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters }: ListCustomers): Promise<Result<CustomerPage, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, parameters.minPosition);
    if (late) return fail(late);
    const page = await listCustomers(this.installation.readModels, parameters);
    return page.ok ? succeed(page.value) : fail(invalidCursor);
  }
}
