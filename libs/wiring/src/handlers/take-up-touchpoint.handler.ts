import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Changed } from '../conversations/change-conversation.js';
import { takeUpTouchpoint } from '../conversations/take-up-touchpoint.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { TakeUpTouchpoint } from '../messages/take-up-touchpoint.command.js';

@CommandHandler(TakeUpTouchpoint)
export class TakeUpTouchpointHandler implements ICommandHandler<TakeUpTouchpoint> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  /** Needs no idempotency key: it is once for each touchpoint. */
  execute({ position, request }: TakeUpTouchpoint): Promise<Changed> {
    return takeUpTouchpoint(this.installation.conversations, position, request);
  }
}
