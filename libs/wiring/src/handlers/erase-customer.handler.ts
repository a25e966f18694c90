import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Result } from '#kernel';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type CustomerErased, EraseCustomer } from '../messages/erase-customer.command.js';
import { type EraseFailure } from '../messages/failures.js';

@CommandHandler(EraseCustomer)
export class EraseCustomerHandler implements ICommandHandler<EraseCustomer> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ reference, reason }: EraseCustomer): Promise<Result<CustomerErased, EraseFailure>> {
    return this.installation.eraseCustomer(reference, reason);
  }
}
