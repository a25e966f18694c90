import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type ConversationClocksView, type RawParameters } from '#contracts';
import { GetConversationClocks } from '#wiring';
import { RequireAbility } from '../access/required-access.js';
import { conversationIdIn } from '../conversations/conversation-id.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { getConversationClocks } from './service-clock-operations.js';

@Controller('v1/conversations')
export class ConversationClocksController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id/clocks')
  @Operation(getConversationClocks)
  @RequireAbility('read', 'Conversation')
  async clocks(
    @Param() parameters: Readonly<Record<string, unknown>>,
    @Query() query: RawParameters,
  ): Promise<ConversationClocksView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const asked = new GetConversationClocks(conversationIdIn(parameters), minPosition);
    return answered(await this.queries.execute(asked));
  }
}
