import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type TouchpointResult } from '#contracts';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { RecordTouchpoints } from '../messages/record-touchpoints.command.js';

@CommandHandler(RecordTouchpoints)
export class RecordTouchpointsHandler implements ICommandHandler<RecordTouchpoints> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ touchpoints, request }: RecordTouchpoints): Promise<readonly TouchpointResult[]> {
    const { principal, ...context } = request;
    return this.installation.recordTouchpoints(touchpoints, { ...context, causationId: principal.id });
  }
}
