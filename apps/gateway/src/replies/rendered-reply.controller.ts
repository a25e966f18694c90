import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type RawParameters, type RenderedReplyView } from '#contracts';
import { RenderCannedReply } from '#wiring';
import { RequireAbility } from '../access/required-access.js';
import { conversationIdIn } from '../conversations/conversation-id.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { cannedReplyIn } from './canned-reply-id.js';
import { renderCannedReply } from './canned-reply-operations.js';

/** A canned reply with the customer in it is read as the conversation is. */
@Controller('v1/conversations')
export class RenderedReplyController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id/canned-replies/:reply')
  @Operation(renderCannedReply)
  @RequireAbility('read', 'Conversation')
  async render(
    @Param() address: Readonly<Record<string, unknown>>,
    @Query() query: RawParameters,
  ): Promise<RenderedReplyView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const asked = new RenderCannedReply(cannedReplyIn(address), conversationIdIn(address), minPosition);
    return answered(await this.queries.execute(asked));
  }
}
