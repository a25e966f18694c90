import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { fail, type Result } from '#kernel';
import { actorOf } from '#platform/access';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type CustomerErased, EraseCustomer } from '../messages/erase-customer.command.js';
import { type CommandFailure } from '../messages/failures.js';

@CommandHandler(EraseCustomer)
export class EraseCustomerHandler implements ICommandHandler<EraseCustomer> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ reference, reason, request }: EraseCustomer): Promise<Result<CustomerErased, CommandFailure>> {
    const { installation } = this;
    const { expectedVersions = 'any' } = request;
    const command = { name: 'erase', reference, reason, expectedVersions };
    return installation.once<CustomerErased, CommandFailure>(request, command, async ({ begunBefore }) => {
      const unexpected = await installation.unexpectedVersion(reference, expectedVersions);
      if (unexpected) return fail(unexpected);
      const by = { actor: actorOf(request.principal), requestId: request.correlationId };
      return installation.eraseCustomer(reference, reason, { ...request, begunBefore, by });
    });
  }
}
