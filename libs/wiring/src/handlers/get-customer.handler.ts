import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { getCustomer } from '#capabilities';
import { type CustomerView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp, findCustomer } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type QueryFailure } from '../messages/failures.js';
import { GetCustomer } from '../messages/get-customer.query.js';

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters }: GetCustomer): Promise<Result<CustomerView, QueryFailure>> {
    const { directory, readModels } = this.installation;
    const late = await caughtUp(directory, parameters.minPosition);
    if (late) return fail(late);
    const customerId = await findCustomer(directory, parameters.reference);
    if (!customerId.ok) return customerId;
    const customer = await getCustomer(readModels, customerId.value);
    return customer ? succeed(customer) : fail({ code: 'customer_not_found' });
  }
}
