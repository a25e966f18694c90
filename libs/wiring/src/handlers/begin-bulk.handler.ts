import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Result, succeed } from '#kernel';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { BeginBulk, type BulkBegun } from '../messages/begin-bulk.command.js';
import { type KeyFailure } from '../messages/failures.js';

@CommandHandler(BeginBulk)
export class BeginBulkHandler implements ICommandHandler<BeginBulk> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ items, request }: BeginBulk): Promise<Result<BulkBegun, KeyFailure>> {
    const command = { name: 'bulk', items };
    return this.installation.once<BulkBegun, never>(request, command, () =>
      Promise.resolve(succeed({ items: items.length })),
    );
  }
}
