import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  parseQueueCountParameters,
  parseQueueParameters,
  type QueueCountsView,
  type QueuePage,
  type RawParameters,
} from '#contracts';
import { actorOf, actorText } from '#platform/access';
import { CountQueue, ListQueue } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { countQueue, listQueue } from './queue-operations.js';

@Controller('v1/queue')
export class QueueController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation(listQueue)
  @RequireAbility('read', 'Conversation')
  async list(@Query() query: RawParameters, @CalledBy() { principal, correlationId }: Caller): Promise<QueuePage> {
    const parameters = readable(parseQueueParameters(query));
    const by = { actor: actorOf(principal), requestId: correlationId };
    return answered(await this.queries.execute(new ListQueue(parameters, by)));
  }

  @Get('counts')
  @Operation(countQueue)
  @RequireAbility('read', 'Conversation')
  async count(@Query() query: RawParameters, @CalledBy() { principal }: Caller): Promise<QueueCountsView> {
    const parameters = readable(parseQueueCountParameters(query));
    return answered(await this.queries.execute(new CountQueue(parameters, actorText(actorOf(principal)))));
  }
}
