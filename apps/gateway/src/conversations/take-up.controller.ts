import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type FastifyRequest } from 'fastify';
import { type ConversationCommandView } from '#contracts';
import { TakeUpTouchpoint } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { ProblemError } from '../problems/problem-error.js';
import { commandRequest } from '../server/command-request.js';
import { takeUpTouchpoint } from './conversation-operations.js';

/** Beside the conversations: whatever stands behind their address is the id of one. */
@Controller('v1/touchpoints')
export class TakeUpController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':position/take-up')
  @HttpCode(200)
  @Operation(takeUpTouchpoint)
  @RequireAbility('create', 'Conversation')
  async takeUp(
    @Param() parameters: Readonly<Record<string, unknown>>,
    @Req() { headers }: FastifyRequest,
    @CalledBy() caller: Caller,
  ): Promise<ConversationCommandView> {
    const asked = commandRequest(caller, headers);
    const position = readable(parsePositionParameter(parameters, 'position'));
    // There is nothing before the first event.
    if (position === undefined || position === 0n) throw new ProblemError('unknown_position');
    return answered(await this.commands.execute(new TakeUpTouchpoint(position, asked)));
  }
}
