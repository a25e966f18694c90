import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type MessageResult, RecordMessages } from '../messages/record-messages.command.js';

@CommandHandler(RecordMessages)
export class RecordMessagesHandler implements ICommandHandler<RecordMessages> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ messages, request }: RecordMessages): Promise<readonly MessageResult[]> {
    const { principal, ...context } = request;
    return this.installation.recordMessages(messages, { ...context, causationId: principal.id });
  }
}
