import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type ConversationRulesView, type RawParameters } from '#contracts';
import { GetConversationRules } from '#wiring';
import { RequireAbility } from '../access/required-access.js';
import { conversationIdIn } from '../conversations/conversation-id.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { getConversationRules } from './rule-operations.js';

@Controller('v1/conversations')
export class ConversationRulesController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id/rules')
  @Operation(getConversationRules)
  @RequireAbility('read', 'Conversation')
  async rules(
    @Param() address: Readonly<Record<string, unknown>>,
    @Query() query: RawParameters,
  ): Promise<ConversationRulesView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    return answered(await this.queries.execute(new GetConversationRules(conversationIdIn(address), minPosition)));
  }
}
