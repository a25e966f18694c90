import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { listCustomers } from '#capabilities';
import { type CustomerListParameters, type CustomerPage } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { type OnBehalfOf } from '../audited.js';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';
import { ListCustomers } from '../messages/list-customers.query.js';

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters, by }: ListCustomers): Promise<Result<CustomerPage, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, parameters.minPosition);
    if (late) return fail(late);
    if (isBulk(parameters)) await this.#record(parameters, by);
    const page = await listCustomers(this.installation.readModels, parameters);
    return page.ok ? succeed(page.value) : fail(invalidCursor);
  }

  #record({ limit = SCREEN, cursor }: CustomerListParameters, by: OnBehalfOf): Promise<void> {
    const details = { limit, after: cursor === undefined ? undefined : 'cursor' };
    return this.installation.audit.record({
      ...by,
      action: 'customers.read',
      subject: 'customers:all',
      outcome: 'succeeded',
      details,
    });
  }
}

/** What somebody looks at who looks for one customer. More, or the pages behind it, is reading all of them. */
const SCREEN = 50;
const isBulk = ({ limit = SCREEN, cursor }: CustomerListParameters): boolean => limit > SCREEN || cursor !== undefined;
